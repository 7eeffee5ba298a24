#!/bin/sh
# Makes the passwords of compose.yaml's services, and the URLs that hold them, once: what is there stays.
#
#   make-secrets.sh DIRECTORY    (it holds postgres/, worker/ and inspector/, a volume each)
#
# Every file can be read by everybody who has its volume: the services run under different user ids, and a service
# has the volumes that it needs and no other.
set -eu
umask 022
cd "$1"

made() { # FILE: whether it is there and not empty
    [ -s "$1" ]
}

write() { # FILE, with its text from standard input; whole or not at all
    cat >"$1.new"
    mv "$1.new" "$1"
}

random() {
    head -c 24 /dev/urandom | base64 | tr '+/' '-_'
}

for name in superuser worker reader index; do
    made "postgres/$name" || random | write "postgres/$name"
done
for name in first-password secret-key metrics-token; do
    made "inspector/$name" || random | write "inspector/$name"
done

: "${POSTGRES_AT:=postgres:5432}"
url() { # ROLE, FILE of its password, DATABASE
    printf 'postgresql://%s:%s@%s/%s\n' "$1" "$(cat "postgres/$2")" "$POSTGRES_AT" "$3"
}
url worker worker shop | write worker/store-url
url inspector index inspector | write inspector/database-url
printf 'shop=%s\n' "$(url checkpoint_inspector reader shop)" | write inspector/stores
