"""Builds and runs the Dockerfile without a container engine: overlay mounts and chroot, which need root on Linux."""
