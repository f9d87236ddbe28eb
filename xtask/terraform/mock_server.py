"""moto's server, with what Terraform's AWS provider asks of it beyond what moto answers.

    python mock_server.py -H 127.0.0.1 -p PORT

It changes the stand-in, never the modules. Each change names what the server would do without it.
"""

import json
import sys
import uuid

import moto

# The changes reach into moto's own classes, which another version may have changed.
TESTED = "5.2.1"
if moto.__version__ != TESTED:
    sys.exit(f"the mock server is made for moto {TESTED} and found {moto.__version__}; install that one")

from moto.athena.responses import AthenaResponse
from moto.cloudfront import models as cloudfront_models
from moto.cloudfront import urls as cloudfront_urls
from moto.cloudfront.responses import CloudFrontResponse
from moto.cognitoidentity.responses import CognitoIdentityResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.iam.access_control import PermissionResult
from moto.kinesis.responses import KinesisResponse
from moto.s3.models import FakeBucket


def s3_policies_without_conditions():
    """moto applies a Deny whatever its Condition says, so that `TlsOnly` would deny everything."""
    FakeBucket.get_permission = lambda self, action, resource: PermissionResult.NEUTRAL


def kinesis_keeps_tags():
    """moto drops the tags that CreateStream has, and every plan would add them again."""
    create = KinesisResponse.create_stream

    def create_stream(self):
        answer = create(self)
        tags = self._get_param("Tags")
        if tags:
            self.kinesis_backend.add_tags_to_stream(None, self._get_param("StreamName"), tags)
        return answer

    KinesisResponse.create_stream = create_stream


def identity_pools_have_roles():
    """moto knows neither SetIdentityPoolRoles nor GetIdentityPoolRoles."""
    pools = {}

    def set_identity_pool_roles(self):
        pool = self._get_param("IdentityPoolId")
        pools[pool] = (self._get_param("Roles") or {}, self._get_param("RoleMappings"))
        return "{}"

    def get_identity_pool_roles(self):
        pool = self._get_param("IdentityPoolId")
        roles, mappings = pools.get(pool, ({}, None))
        answer = {"IdentityPoolId": pool, "Roles": roles}
        if mappings:
            answer["RoleMappings"] = mappings
        return json.dumps(answer)

    CognitoIdentityResponse.set_identity_pool_roles = set_identity_pool_roles
    CognitoIdentityResponse.get_identity_pool_roles = get_identity_pool_roles


def distributions_say_what_they_were_told():
    """moto drops the origin access control, and invents settings beside a cache policy."""
    origin = cloudfront_models.Origin.__init__

    def origin_init(self, told):
        origin(self, told)
        self.origin_access_control_id = told.get("OriginAccessControlId") or ""

    behaviour = cloudfront_models.DefaultCacheBehaviour.__init__

    def behaviour_init(self, told):
        behaviour(self, told)
        if self.cache_policy_id and "ForwardedValues" not in told:
            self.forwarded_values = None

    certificate = cloudfront_models.ViewerCertificate.__init__

    def certificate_init(self, told):
        certificate(self, told)
        if not told.get("SSLSupportMethod"):
            self.ssl_support_method = None

    cloudfront_models.Origin.__init__ = origin_init
    cloudfront_models.DefaultCacheBehaviour.__init__ = behaviour_init
    cloudfront_models.ViewerCertificate.__init__ = certificate_init


RESPONSE_HEADERS_POLICIES = {}


def cloudfront_has_response_headers_policies():
    """moto has none of the five actions."""
    policies = RESPONSE_HEADERS_POLICIES
    noun, setting = "ResponseHeadersPolicy", "ResponseHeadersPolicyConfig"

    def shown(policy):
        return {
            noun: {
                "Id": policy,
                "LastModifiedTime": "2026-01-01T00:00:00Z",
                setting: policies[policy],
            },
            "ETag": "E1",
            "Location": policy,
        }

    def create(self):
        policy = str(uuid.uuid4())
        policies[policy] = self._get_param(setting)
        return ActionResult(shown(policy))

    def get(self):
        policy = self._get_param("Id")
        if policy not in policies:
            error = f"<Error><Type>Sender</Type><Code>NoSuch{noun}</Code><Message>none</Message></Error>"
            return 404, {}, f"<ErrorResponse>{error}</ErrorResponse>"
        return ActionResult(shown(policy))

    def get_config(self):
        return ActionResult({setting: policies[self._get_param("Id")], "ETag": "E1"})

    def update(self):
        policy = self._get_param("Id")
        policies[policy] = self._get_param(setting)
        return ActionResult(shown(policy))

    def delete(self):
        policies.pop(self._get_param("Id"), None)
        return EmptyResult()

    def listed(self):
        items = [{"Type": "custom", noun: shown(policy)[noun]} for policy in policies]
        listing = {"MaxItems": 100, "Quantity": len(items), "Items": items}
        return ActionResult({"ResponseHeadersPolicyList": listing})

    for name, action in (
        ("create_response_headers_policy", create),
        ("get_response_headers_policy", get),
        ("get_response_headers_policy_config", get_config),
        ("update_response_headers_policy", update),
        ("delete_response_headers_policy", delete),
        ("list_response_headers_policies", listed),
    ):
        setattr(CloudFrontResponse, name, action)
    path = "{0}/2020-05-31/response-headers-policy"
    for ending in ("$", "/(?P<pid>[^/]+)$", "/(?P<pid>[^/]+)/config$"):
        cloudfront_urls.url_paths[path + ending] = CloudFrontResponse.dispatch


def athena_forgets_and_changes():
    """moto refuses to list the tags of what has none, to delete a query and to change a workgroup."""

    def list_tags_for_resource(self):
        tags = self.athena_backend.list_tags_for_resource(self._get_param("ResourceARN"))
        return json.dumps(tags or {"Tags": []})

    def delete_named_query(self):
        self.athena_backend.named_queries.pop(self._get_param("NamedQueryId"), None)
        return "{}"

    def update_work_group(self):
        group = self.athena_backend.work_groups[self._get_param("WorkGroup")]
        updates = self._get_param("ConfigurationUpdates") or {}
        results = updates.pop("ResultConfigurationUpdates", None)
        if results:
            kept = {name: value for name, value in results.items() if not name.startswith("Remove")}
            group.configuration.setdefault("ResultConfiguration", {}).update(kept)
        group.configuration.update(updates)
        return "{}"

    AthenaResponse.list_tags_for_resource = list_tags_for_resource
    AthenaResponse.delete_named_query = delete_named_query
    AthenaResponse.update_work_group = update_work_group


# What a deployment may leave behind: each service's backend, and where it keeps what it has.
KEPT = {
    "athena": lambda it: {"queries": it.named_queries, "workgroups": it.work_groups.keys() - {"primary"}},
    "cloudfront": lambda it: {"controls": it.origin_access_controls, "distributions": it.distributions},
    "cloudwatch": lambda it: {"alarms": it.alarms, "dashboards": it.dashboards},
    "cognito-identity": lambda it: {"pools": it.identity_pools},
    "cognito-idp": lambda it: {"pools": it.user_pools},
    "events": lambda it: {"rules": [rule for bus in it.event_buses.values() for rule in bus.rules]},
    "glue": lambda it: {
        "databases": it.databases,
        "tables": [table for database in it.databases.values() for table in database.tables],
    },
    "iam": lambda it: {
        "policies": [arn for arn in it.managed_policies if ":aws:policy/" not in arn],
        "providers": it.open_id_providers,
        "roles": it.roles,
    },
    "kinesis": lambda it: {"streams": it.streams},
    "lambda": lambda it: {"functions": it._lambdas._functions, "mappings": it._event_source_mappings},
    "logs": lambda it: {"groups": it.groups},
    "s3": lambda it: {"buckets": it.buckets},
    "sns": lambda it: {"subscriptions": it.subscriptions, "topics": it.topics},
}


def contents(request, full_url, headers):
    """moto's own listing has what was deleted, too."""
    from moto.backends import get_backend

    found = {}
    for service, kept in KEPT.items():
        for regions in get_backend(service).values():
            for backend in regions.values():
                for kind, things in kept(backend).items():
                    found.setdefault(service, {}).setdefault(kind, []).extend(map(str, things))
    found["cloudfront"] = found.get("cloudfront", {}) | {"headers": list(RESPONSE_HEADERS_POLICIES)}
    return 200, {"Content-Type": "application/json"}, json.dumps(found)


ASKED = set()


def actions_are_noted():
    """What the provider asks for is what the role that deploys needs; S3 has no names for it here."""
    from moto.core.responses import BaseResponse

    authorize = BaseResponse._authenticate_and_authorize_normal_action

    def authorize_and_note(self, resource="*"):
        # moto's name for it, and IAM's.
        service = "lambda" if self.service_name == "awslambda" else self.service_name
        ASKED.add(f"{service}:{self._get_action()}")
        return authorize(self, resource)

    BaseResponse._authenticate_and_authorize_normal_action = authorize_and_note


def asked(request, full_url, headers):
    """What was asked for since this was asked."""
    noted = sorted(ASKED)
    ASKED.clear()
    return 200, {"Content-Type": "application/json"}, json.dumps(noted)


def main():
    s3_policies_without_conditions()
    kinesis_keeps_tags()
    identity_pools_have_roles()
    distributions_say_what_they_were_told()
    cloudfront_has_response_headers_policies()
    athena_forgets_and_changes()
    from moto.moto_api._internal.urls import url_paths

    url_paths["{0}/moto-api/data.json"] = contents
    url_paths["{0}/moto-api/asked"] = asked
    actions_are_noted()
    from moto.server import main as serve

    serve(sys.argv[1:])


if __name__ == "__main__":
    main()
