"""Every address of the dashboard, for `include()`."""

from __future__ import annotations

from django.urls import path

from inspector.addresses import is_alone
from inspector.views import (
    alerts,
    audit,
    channel,
    compare,
    conversations,
    doctor,
    download,
    find,
    health,
    image,
    login,
    masks,
    message,
    metrics,
    mutes,
    oidc,
    orphans,
    rules,
    size,
    stores,
    thread,
    threads,
    value,
    workers,
)
from inspector.views.included import included

app_name = "inspector"
urlpatterns = [
    path("", threads.go_to_threads, name="home"),
    path("threads/", threads.list_threads, name="threads"),
    path("thread/", thread.show_thread, name="thread"),
    path("thread/image/", image.show_image, name="thread-image"),
    path("thread/size/", size.show_size, name="thread-size"),
    path("thread/channel/", channel.show_channel, name="thread-channel"),
    path("thread/message/", message.show_message, name="thread-message"),
    path("thread/compare/", compare.show_compare, name="thread-compare"),
    path("thread/value/", value.show_value, name="thread-value"),
    path("thread/find/", find.show_find, name="thread-find"),
    path("thread/download/", download.show_download, name="thread-download"),
    path("orphans/", orphans.list_orphans, name="orphans"),
    path("orphans/alerts/", alerts.list_alerts, name="alerts"),
    path("orphans/alerts/test/", alerts.test_alert, name="test-alert"),
    path("orphans/conversations/", conversations.list_conversations, name="conversations"),
    path("orphans/mutes/", mutes.list_mutes, name="mutes"),
    path("orphans/mutes/add/", mutes.add_mute, name="add-mute"),
    path("orphans/mutes/undo/", mutes.undo_mute, name="undo-mute"),
    path("workers/", workers.list_workers, name="workers"),
    path("doctor/", doctor.show_doctor, name="doctor"),
    path("doctor/rules/<str:slug>/", rules.show_rule, name="rule"),
    path("masks/", masks.list_masks, name="masks"),
    path("masks/try/", masks.try_masks, name="try-masks"),
    path("audit/", audit.show_audit, name="audit"),
    path("stores/", stores.list_stores, name="stores"),
    path("-/health", health.show_health, name="health"),
    path("-/metrics", metrics.show_metrics, name="metrics"),
]

if is_alone():
    urlpatterns += [
        path("login/", login.sign_in, name="login"),
        path("login/oidc/", oidc.begin_oidc, name="oidc"),
        path("login/oidc/callback/", oidc.finish_oidc, name="oidc-callback"),
        path("logout/", login.sign_out, name="logout"),
    ]
else:  # people sign in to the project, and its middleware is not ours
    for page in urlpatterns:
        page.callback = included(page.callback)
