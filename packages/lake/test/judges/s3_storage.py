"""How delta-rs reaches the S3 of a test."""


def storage_options(settings):
    """Of the settings' endpoint, region and credentials."""
    return {
        "AWS_ENDPOINT_URL": settings["endpoint"],
        "AWS_REGION": settings["region"],
        "AWS_ACCESS_KEY_ID": settings["credentials"]["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": settings["credentials"]["secretAccessKey"],
        "AWS_ALLOW_HTTP": "true",
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false",
    }
