"""Lines of gate files: that are fine, that break its shape, and that have the shape and make no sense."""

FINE = (
    "{candidate: distilled, figure: top1, at_least: 0.9}",
    "{candidate: distilled, figure: top1, at_least: 0.9, certain: true}",
    "{candidate: cascade, figure: latency_ms.p50, at_most: 0, against: active, certain: true}",
    "{candidate: edge, figure: judge, against: teacher, at_least: -4}",
    "{candidate: edge, figure: ece, at_most: 0.05}",
    "{candidate: edge, figure: valid, at_least: 1}",
    "{candidate: distilled, figure: mae, against: base, at_most: -0.01}",
    "{candidate: base, figure: cost_per_million_usd, share_of: active, at_most: 1.5}",
    "{candidate: teacher, figure: kl, at_most: 1, certain: false, against: null}",
)
# line, and the error's words behind "gate: rule 2: "
BROKEN = (
    ("3", "must be keys and values, such as {candidate: distilled, figure: top1, at_least: 0.9}; is 3"),
    (
        "{candidate: edge, figure: top1, atleast: 0.9}",
        "atleast: unknown key; known are candidate, figure, against, share_of, at_least, at_most, certain",
    ),
    ("{figure: top1, at_least: 0.9}", "candidate: is missing"),
    ("{candidate: edge, at_least: 0.9}", "figure: is missing"),
    ("{candidate: sage, figure: top1, at_least: 0.9}", "candidate: unknown candidate sage; known are distilled, edge,"),
    ("{candidate: edge, figure: top2, at_least: 0.9}", "figure: unknown figure top2; known are top1, valid, recall,"),
    ("{candidate: edge, figure: latency_ms, at_most: 9}", "figure: unknown figure latency_ms; known are"),
    ("{candidate: edge, figure: top1, against: sage, at_least: 0}", "against: unknown candidate sage; known are"),
    ("{candidate: edge, figure: top1, share_of: sage, at_least: 0}", "share_of: unknown candidate sage; known are"),
    (
        "{candidate: edge, figure: mae, at_least: 0, at_most: 1}",
        "at_least and at_most: a rule has one bound; of mae it is at_most",
    ),
    ("{candidate: edge, figure: mae}", "no bound: a rule has one bound; of mae it is at_most"),
    ("{candidate: edge, figure: mae, at_most: .nan}", "at_most: Input should be a finite number; is nan"),
    ("{candidate: edge, figure: mae, at_most: .inf}", "at_most: Input should be a finite number; is inf"),
    ("{candidate: edge, figure: mae, at_most: yes}", "at_most: Input should be a valid number; is True"),
    ("{candidate: edge, figure: mae, at_most: 1e-2}", "at_most: Input should be a valid number; is '1e-2'"),
    ("{candidate: edge, figure: mae, at_most: 1, certain: 1}", "certain: Input should be a valid boolean; is 1"),
)
WRONG = (
    ("{candidate: edge, figure: mae, at_least: 0.08}", "at_least: less is better of mae; write at_most"),
    ("{candidate: edge, figure: valid, at_most: 0.9}", "at_most: more is better of valid; write at_least"),
    ("{candidate: edge, figure: mae, at_most: 8}", "at_most: must be between 0 and 1, is 8"),
    ("{candidate: edge, figure: judge, at_least: 0.8}", "at_least: must be between 1 and 5, is 0.8"),
    (
        "{candidate: edge, figure: top1, against: base, at_least: -1.5}",
        "at_least: must be between -1 and 1, is -1.5",
    ),
    ("{candidate: edge, figure: judge, against: base, at_least: 5}", "at_least: must be between -4 and 4, is 5"),
    ("{candidate: edge, figure: mae, share_of: base, at_most: -1}", "at_most: must be between 0 and inf, is -1"),
    (
        "{candidate: edge, figure: judge, against: baseline, at_least: 0, certain: true}",
        "certain: no interval is drawn of differences of judge; leave it out, or choose one of top1, valid, mae, lat",
    ),
    (
        "{candidate: edge, figure: max_error, at_most: 0.5, certain: true}",
        "certain: no interval is drawn of the figure max_error; leave it out, or choose one of top1, valid, recall,",
    ),
    (
        "{candidate: edge, figure: top1, against: teacher, at_least: 0, certain: true}",
        "certain: a comparison has an interval only against baseline or active; leave certain out",
    ),
    (
        "{candidate: edge, figure: top1, share_of: baseline, at_least: 0, certain: true}",
        "certain: a comparison has an interval only against baseline or active; leave certain out",
    ),
    (
        "{candidate: cascade, figure: coverage, at_least: 0}",
        "figure: coverage is not measured of cascade; it is",
    ),
    (
        "{candidate: edge, figure: ece, against: active, at_most: 0}",
        "figure: ece is not measured of active; it is of edge",
    ),
    (
        "{candidate: active, figure: top1, at_least: 0.9}",
        "candidate: active is what others are compared with; write against: active",
    ),
    (
        "{candidate: edge, figure: top1, against: edge, at_least: 0}",
        "edge is compared with itself; name another candidate",
    ),
    (
        "{candidate: edge, figure: top1, against: base, share_of: base, at_least: 0}",
        "against and share_of are two comparisons; keep one",
    ),
)
