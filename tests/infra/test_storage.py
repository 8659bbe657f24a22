"""Data is encrypted, private, logged, and survives its stack."""

from typing import Any

from tests.infra.template import Template, statements

BLOCKED = {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}


def data_bucket(template: Template) -> dict[str, Any]:
    (bucket,) = (found for name, found in template.of("AWS::S3::Bucket").items() if name.startswith("StorageData"))
    return bucket


def test_no_bucket_is_public_or_reached_without_tls(each: Template) -> None:
    buckets = each.of("AWS::S3::Bucket")
    assert len(buckets) == 2
    policies = {found["Properties"]["Bucket"]["Ref"]: found for found in each.of("AWS::S3::BucketPolicy").values()}
    for name, bucket in buckets.items():
        assert bucket["Properties"]["PublicAccessBlockConfiguration"] == BLOCKED
        owner = bucket["Properties"]["OwnershipControls"]["Rules"]
        assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        denied = [
            found.conditions
            for found in statements(policies[name]["Properties"]["PolicyDocument"])
            if found.effect == "Deny" and found.actions == ("s3:*",)
        ]
        assert {"Bool": {"aws:SecureTransport": "false"}} in denied


def test_data_is_versioned_logged_and_encrypted_with_our_key(each: Template) -> None:
    bucket = data_bucket(each)["Properties"]
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["BucketKeyEnabled"] is True
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]["Fn::GetAtt"][0] in each.of("AWS::KMS::Key")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["LoggingConfiguration"]["DestinationBucketName"]["Ref"].startswith("StorageAccessLogs")


def test_old_versions_go_but_no_current_object_does(each: Template) -> None:
    rules = data_bucket(each)["Properties"]["LifecycleConfiguration"]["Rules"]
    assert all("ExpirationInDays" not in rule for rule in rules), "an edge student that is active would expire"
    assert [rule["NoncurrentVersionExpiration"] for rule in rules if "NoncurrentVersionExpiration" in rule]
    assert [rule["AbortIncompleteMultipartUpload"] for rule in rules if "AbortIncompleteMultipartUpload" in rule]
    assert [rule["Transitions"] for rule in rules if rule.get("Prefix") == "runs/"]


def test_data_and_key_outlive_the_stack_but_for_the_passing_ones(each: Template) -> None:
    policy = "Delete" if each.stage in ("local", "smoke") else "Retain"
    for kind in ("AWS::S3::Bucket", "AWS::KMS::Key"):
        for found in each.of(kind).values():
            assert found["DeletionPolicy"] == found["UpdateReplacePolicy"] == policy


def test_nothing_empties_a_bucket_and_nothing_custom_runs_at_deploy(each: Template) -> None:
    kinds = {found["Type"] for found in each.body["Resources"].values()}
    assert not [kind for kind in kinds if kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource"]


def test_the_key_rotates_and_services_use_it_for_this_account_only(each: Template) -> None:
    key = each.only("AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    for found in statements(key["KeyPolicy"]):
        if "Service" in found.principal:
            assert found.conditions
            assert not [action for action in found.actions if "*" in action]


def test_every_log_group_forgets_and_is_encrypted(each: Template) -> None:
    days = {"dev": 30, "prod": 365, "local": 30, "smoke": 7}[each.stage]
    groups = each.of("AWS::Logs::LogGroup")
    assert len(groups) == len(each.functions) + 2  # the state machine's and the API's
    for found in groups.values():
        assert found["Properties"]["RetentionInDays"] == days
        assert found["Properties"]["KmsKeyId"]
