# Where the page is: a private bucket behind CloudFront, and what the page reads first.

locals {
  # "CachingOptimized" and "CachingDisabled" ("Use managed cache policies",
  # AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html).
  caching_optimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"
  caching_disabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"

  has_firehose = length(var.delivery_stream_arns) > 0

  # The page runs its own scripts and WebAssembly, and speaks to these services and to nobody else.
  services = [for service in concat(["cognito-idp", "cognito-identity", "kinesis"], local.has_firehose ? ["firehose"] : []) : "https://${service}.${var.region}.${var.dns_suffix}"]
  content_security_policy = join("; ", [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "manifest-src 'self'",
    "connect-src 'self' ${join(" ", concat(local.services, sort(var.endpoints)))}",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ])
}

# It lies in this module because each of the two needs the other: its policy names the distribution.
module "bucket" {
  source = "../bucket"

  name = "${var.name}-page"
  # What is in it is built from this repository.
  delete_data   = true
  distributions = { page = aws_cloudfront_distribution.this.arn }
}

resource "aws_cloudfront_origin_access_control" "this" {
  name                              = var.name
  description                       = "The page's bucket"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_response_headers_policy" "this" {
  name    = var.name
  comment = "What a browser may do with the page"

  security_headers_config {
    content_security_policy {
      content_security_policy = local.content_security_policy
      override                = true
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = true
    }

    referrer_policy {
      referrer_policy = "no-referrer"
      override        = true
    }

    strict_transport_security {
      access_control_max_age_sec = 63072000
      include_subdomains         = true
      override                   = true
      preload                    = true
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_68:The page is static and holds nothing; who signs in is checked by Cognito, which has limits of its own.
  #checkov:skip=CKV2_AWS_47:As above: there is no server behind it that a request could break.
  #checkov:skip=CKV_AWS_86:Requests for a static page are not worth a bucket of logs.
  #checkov:skip=CKV_AWS_310:A second origin would hold the same files.
  #checkov:skip=CKV_AWS_374:Who may use it is decided by sign-in, not by country.
  #checkov:skip=CKV_AWS_174:With CloudFront's own certificate the version of TLS is CloudFront's choice; a name of one's own comes with a certificate.
  #checkov:skip=CKV2_AWS_42:As above.
  comment             = var.name
  enabled             = true
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  price_class         = "PriceClass_100"
  default_root_object = "index.html"
  wait_for_deployment = false

  origin {
    origin_id                = "page"
    domain_name              = module.bucket.domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id
  }

  default_cache_behavior {
    target_origin_id           = "page"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.caching_optimized
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id
  }

  # What a deployment changes under the same name.
  dynamic "ordered_cache_behavior" {
    for_each = ["config.json", "index.html"]

    content {
      path_pattern               = ordered_cache_behavior.value
      target_origin_id           = "page"
      viewer_protocol_policy     = "redirect-to-https"
      allowed_methods            = ["GET", "HEAD"]
      cached_methods             = ["GET", "HEAD"]
      compress                   = true
      cache_policy_id            = local.caching_disabled
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

resource "aws_s3_object" "config" {
  bucket        = module.bucket.name
  key           = "config.json"
  content_type  = "application/json"
  cache_control = "no-store"
  content = jsonencode({
    region           = var.region
    userPoolId       = aws_cognito_user_pool.this.id
    userPoolClientId = aws_cognito_user_pool_client.this.id
    identityPoolId   = aws_cognito_identity_pool.this.id
    streams          = var.streams
  })

  # An object takes 10 tags, and a deployment may have more ("Categorizing your objects using tags",
  # AmazonS3/latest/userguide/object-tagging.html).
  override_provider {
    default_tags {
      tags = {}
    }
  }
}

# Until the page itself is uploaded, which Terraform then leaves alone.
resource "aws_s3_object" "placeholder" {
  bucket        = module.bucket.name
  key           = "index.html"
  content_type  = "text/html; charset=utf-8"
  cache_control = "no-store"
  source        = "${path.module}/placeholder.html"

  override_provider {
    default_tags {
      tags = {}
    }
  }

  lifecycle {
    ignore_changes = all
  }
}
