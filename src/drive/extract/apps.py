from django.apps import AppConfig


class ExtractConfig(AppConfig):
    name = "drive.extract"
    label = "extract"
    default_auto_field = "django.db.models.BigAutoField"
