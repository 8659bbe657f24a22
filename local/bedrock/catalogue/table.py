"""The foundation models of the embedded Bedrock: which exist, how long, what they may be used for, who plays them.

Life cycles as of 2026-11-21: https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle.html and
model-lifecycle-legacy.html. Dates that the pages do not give are left out. Only models that the app may name are here.
"""

from datetime import UTC, datetime

from local.bedrock.catalogue.cards import Card, Cards

_TUNABLE = ("FINE_TUNING", "DISTILLATION")

NOVA = (
    Card(
        id="amazon.nova-premier-v1:0",
        name="Nova Premier",
        provider="Amazon",
        role="teacher",
        lifecycle="LEGACY",
        legacy=datetime(2026, 3, 13, tzinfo=UTC),
        end=datetime(2026, 9, 14, tzinfo=UTC),
        profiles=("us.amazon.nova-premier-v1:0",),
        on_demand=False,
    ),
    Card(
        id="amazon.nova-pro-v1:0",
        name="Nova Pro",
        provider="Amazon",
        role="teacher",
        profiles=("us.amazon.nova-pro-v1:0",),
    ),
    Card(
        id="amazon.nova-pro-v1:0:300k",
        name="Nova Pro",
        provider="Amazon",
        role="teacher",
        customizations=_TUNABLE,
        on_demand=False,
    ),
    Card(
        id="amazon.nova-lite-v1:0",
        name="Nova Lite",
        provider="Amazon",
        role="base",
        profiles=("us.amazon.nova-lite-v1:0",),
    ),
    Card(
        id="amazon.nova-lite-v1:0:300k",
        name="Nova Lite",
        provider="Amazon",
        role="base",
        customizations=_TUNABLE,
        on_demand=False,
    ),
    Card(
        id="amazon.nova-micro-v1:0",
        name="Nova Micro",
        provider="Amazon",
        role="base",
        profiles=("us.amazon.nova-micro-v1:0",),
    ),
    Card(
        id="amazon.nova-micro-v1:0:128k",
        name="Nova Micro",
        provider="Amazon",
        role="base",
        customizations=_TUNABLE,
        on_demand=False,
    ),
)
CLAUDE = (
    Card(
        id="anthropic.claude-haiku-4-5-20251001-v1:0",
        name="Claude Haiku 4.5",
        provider="Anthropic",
        role="baseline",
        profiles=("us.anthropic.claude-haiku-4-5-20251001-v1:0", "global.anthropic.claude-haiku-4-5-20251001-v1:0"),
        on_demand=False,
    ),
    Card(
        id="anthropic.claude-sonnet-4-6",
        name="Claude Sonnet 4.6",
        provider="Anthropic",
        role="judge",
        profiles=("us.anthropic.claude-sonnet-4-6", "global.anthropic.claude-sonnet-4-6"),
        on_demand=False,
    ),
    Card(
        id="anthropic.claude-opus-4-5-20251101-v1:0",
        name="Claude Opus 4.5",
        provider="Anthropic",
        role="judge",
        profiles=("us.anthropic.claude-opus-4-5-20251101-v1:0", "global.anthropic.claude-opus-4-5-20251101-v1:0"),
        on_demand=False,
    ),
    Card(
        id="anthropic.claude-sonnet-4-5-20250929-v1:0",
        name="Claude Sonnet 4.5",
        provider="Anthropic",
        role="judge",
        lifecycle="LEGACY",
        legacy=datetime(2026, 10, 8, tzinfo=UTC),
        end=datetime(2027, 4, 8, tzinfo=UTC),
        profiles=("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        on_demand=False,
    ),
    Card(
        id="anthropic.claude-sonnet-4-20250514-v1:0",
        name="Claude Sonnet 4",
        provider="Anthropic",
        role="judge",
        lifecycle="LEGACY",
        end=datetime(2026, 10, 14, tzinfo=UTC),
        profiles=("us.anthropic.claude-sonnet-4-20250514-v1:0",),
        on_demand=False,
    ),
)
CATALOGUE = Cards((*NOVA, *CLAUDE))
