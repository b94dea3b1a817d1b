from django.apps import AppConfig


class PanelsConfig(AppConfig):
    name = "drive.panels"
    label = "panels"
    default_auto_field = "django.db.models.BigAutoField"
