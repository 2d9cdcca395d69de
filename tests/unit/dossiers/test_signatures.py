"""The verdict on a signed file: the worst of what was found, in words for everyone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dossiers.model import ReviewNote, ReviewReason
from dossiers.review import tell_reasons
from dossiers.signatures import PROBLEMS, REVOCATIONS_VI, STANDINGS_VI, Revocation, SignatureProblem, SignatureStanding
from tests.support.signature_checks import TRUSTED, TRUSTED_SIGNATURE, with_problem

BROKEN = {SignatureProblem.ALTERED, SignatureProblem.INVALID, SignatureProblem.CHANGED_AFTER, SignatureProblem.UNREADABLE}
UNCHECKED = {SignatureProblem.ENCRYPTED, SignatureProblem.OVER_LIMIT}


def test_a_file_without_a_problem_is_trusted() -> None:
    assert TRUSTED.standing is SignatureStanding.TRUSTED
    assert replace(TRUSTED, signatures=()).standing is SignatureStanding.UNTRUSTED


@pytest.mark.parametrize("problem", SignatureProblem)
def test_each_problem_keeps_a_file_from_being_trusted(problem: SignatureProblem) -> None:
    expected = SignatureStanding.UNTRUSTED
    if problem in BROKEN:
        expected = SignatureStanding.BROKEN
    elif problem in UNCHECKED:
        expected = SignatureStanding.UNCHECKED
    assert with_problem(problem).standing is expected
    assert replace(TRUSTED, file_problems=(problem,)).standing is expected


def test_the_worst_counts_and_each_problem_is_named_once() -> None:
    check = replace(
        with_problem(SignatureProblem.ALTERED), file_problems=(SignatureProblem.OVER_LIMIT, SignatureProblem.ALTERED)
    )
    assert check.standing is SignatureStanding.BROKEN
    assert check.problems == (SignatureProblem.OVER_LIMIT, SignatureProblem.ALTERED)


def test_the_time_of_a_check_makes_no_other_verdict_but_other_roots_do() -> None:
    assert TRUSTED.says_the_same(replace(TRUSTED, checked_at=TRUSTED.checked_at + timedelta(days=1)))
    assert not TRUSTED.says_the_same(replace(TRUSTED, trust_roots=()))


@pytest.mark.parametrize(
    ("revocation", "is_told"), [(Revocation.GOOD, False), (Revocation.NOT_CARRIED, True), (Revocation.UNKNOWN, True)]
)
def test_a_trusted_file_whose_revocation_nobody_knows_says_so(revocation: Revocation, is_told: bool) -> None:
    check = replace(TRUSTED, signatures=(replace(TRUSTED_SIGNATURE, revocation=revocation),))
    assert check.standing is SignatureStanding.TRUSTED
    assert ("chưa rõ chứng thư có bị thu hồi" in check.tell_standing_vi()) is is_told
    assert REVOCATIONS_VI[revocation].startswith("chưa rõ") is is_told


def test_everything_has_words() -> None:
    assert set(STANDINGS_VI) == set(SignatureStanding)
    assert set(REVOCATIONS_VI) == set(Revocation)
    assert set(PROBLEMS) == set(SignatureProblem)


def test_a_clerk_reads_what_is_wrong() -> None:
    reason = ReviewReason.SIGNATURE_BROKEN
    notes = [ReviewNote(reason, problem.value) for problem in (SignatureProblem.ALTERED, SignatureProblem.WEAK_ALGORITHM)]
    vietnamese, english = tell_reasons((reason,), notes)
    assert vietnamese == (
        "chữ ký số của tệp KHÔNG hợp lệ: nội dung đã bị sửa sau khi ký, "
        "thuật toán băm hoặc khóa quá yếu (như SHA-1) nên chữ ký không còn đủ làm chứng cứ"
    )
    assert english.startswith("the file's digital signature is BROKEN: the signed content was altered, ")
