from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "drive.retention"
    label = "retention"
