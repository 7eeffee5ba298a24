"""Its addresses. One is called as one of the dashboard's is."""

from django.contrib import admin
from django.shortcuts import render
from django.urls import path


def show_threads(request):
    return render(request, "threads.html", {"name": "yarn & threads"})


urlpatterns = [path("admin/", admin.site.urls), path("threads/", show_threads, name="threads")]
