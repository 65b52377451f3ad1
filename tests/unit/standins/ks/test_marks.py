from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ks import marks

from .conftest import merge

_tree = st.recursive(
    st.integers(0, 3) | st.just("x"),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=8,
)
_object = st.dictionaries(st.sampled_from("abcd"), _tree, max_size=4)


def test_what_was_sent_is_kept_in_the_object_and_comes_back():
    wanted = {"kind": "A", "metadata": {"name": "a", "labels": {"x": "y"}}}
    marked = marks.mark(wanted)

    assert marked["metadata"]["labels"] == {"x": "y", "app.kubernetes.io/deploy-manager": "ksonnet"}
    assert marks.pristine(marked)["metadata"] == {"name": "a", "labels": marked["metadata"]["labels"]}
    assert marks.mark(wanted) == marked


def test_an_object_of_somebody_else_was_never_sent():
    assert marks.pristine({"metadata": {"name": "a"}}) == {}
    assert (
        marks.pristine({"metadata": {"annotations": {marks.MANAGED_ANNOTATION: '{"pristine": "!"}'}}}) == {}
    )


@given(before=_object, wanted=_object, live=_object)
def test_the_patch_sets_what_is_wanted_takes_away_what_was_ours_and_leaves_the_rest(before, wanted, live):
    after = merge(live, marks.three_way(before, wanted, live))

    assert marks.three_way({}, wanted, after) == {}
    assert {key for key in after if key not in wanted} == {
        k for k in live if k not in wanted and k not in before
    }
    assert marks.three_way(before, wanted, after) == {}
