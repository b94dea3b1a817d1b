from django.apps import AppConfig


class DisclosuresConfig(AppConfig):
    name = "drive.disclosures"
    label = "disclosures"
