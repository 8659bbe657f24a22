"""Settings of the route's front: who may call it, from where, and how its environments start (docs/callers.md)."""

from dataclasses import dataclass

from cdk.checks import SettingsError, like, one_of

AUTHS = ("api_key", "iam", "cognito", "authorizer")
STARTS = ("cold", "snap_start", "provisioned")
_AUTHORIZERS = {
    "cognito": (r"arn:[^:]+:cognito-idp:[^:]+:\d{12}:userpool/.+", "the ARN of a Cognito user pool with auth cognito"),
    "authorizer": (r"arn:[^:]+:lambda:[^:]+:\d{12}:function:.+", "the ARN of a Lambda function with auth authorizer"),
}
_LEAST_RATE = 10  # of AWS WAF


@dataclass(frozen=True, kw_only=True)
class Callers:
    """`authorizer`: ARN of the Cognito user pool, or of the Lambda function, that decides.

    `cors_origin`: the one origin whose pages may call; empty: none. `web_acl`: `none`, `managed` (AWS's rules and
    `web_acl_rate` requests per address in five minutes), or the ARN of a web ACL of one's own. `environments` are kept
    initialised with start `provisioned`. `concurrency`: as many at most; 0: no bound but the account's.
    """

    auth: str = AUTHS[0]
    authorizer: str = ""
    cors_origin: str = ""
    web_acl: str = "none"
    web_acl_rate: int = 10_000
    start: str = STARTS[0]
    environments: int = 0
    concurrency: int = 0

    def __post_init__(self) -> None:
        one_of("callers.auth", self.auth, AUTHS)
        one_of("callers.start", self.start, STARTS)
        like("callers.authorizer", self.authorizer, *_AUTHORIZERS.get(self.auth, ("", f"empty with auth {self.auth}")))
        origin = "empty, or one origin such as https://search.example (no path, no *)"
        like("callers.cors_origin", self.cors_origin, r"(https://[^/*\s]+|http://localhost(:\d+)?)?", origin)
        acl = "none, managed, or the ARN of a regional web ACL"
        like("callers.web_acl", self.web_acl, r"none|managed|arn:[^:]+:wafv2:[^:]+:\d{12}:regional/webacl/.+", acl)
        self._counts()

    def _counts(self) -> None:
        if self.web_acl_rate < _LEAST_RATE:
            raise SettingsError(f"callers.web_acl_rate must be at least {_LEAST_RATE}; is {self.web_acl_rate}")
        if (self.start == "provisioned") != (self.environments > 0):
            raise SettingsError(
                f"callers.environments must be above 0 with start provisioned, else 0; is {self.environments}"
            )
        if self.concurrency < 0 or 0 < self.concurrency < self.environments:
            raise SettingsError(
                f"callers.concurrency must be 0, or at least callers.environments; is {self.concurrency}"
            )
