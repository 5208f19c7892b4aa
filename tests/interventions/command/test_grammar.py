"""What is typed, from words to a command: whatever it is, it is understood in one way or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions.command.commands import BY_NAME, COMMANDS, GRAMMAR, Command
from interventions.command.grammar import LONGEST, Line, NotUnderstood, Takes, vocabulary

Spelled = tuple[Command, str]

ANY = st.text(max_size=200)
BLANKS = st.text(alphabet=" \t\u00a0", min_size=1, max_size=3)
WORD = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12)
SPELLINGS = [(command, word) for command in COMMANDS for word in (*command.letters, *command.words)]
SPELLED = st.sampled_from(SPELLINGS)
LETTER = st.sampled_from([(one, one.letters[0]) for one in COMMANDS if one.letters])


@st.composite
def anyhow(draw: st.DrawFn, word: str) -> str:
    """A word as hands type it: capitals here and there."""
    capitals = draw(st.lists(st.booleans(), min_size=len(word), max_size=len(word)))
    return "".join(
        sign.upper() if up and sign.upper().lower() == sign.lower() else sign
        for sign, up in zip(word, capitals, strict=True)
    )


@given(ANY)
def test_any_text_is_understood_or_refused_with_a_sentence(typed: str) -> None:
    outcome = _outcome(typed)

    assert outcome.command in BY_NAME if isinstance(outcome, Line) else outcome.endswith(".")


@given(ANY, BLANKS, BLANKS)
def test_blanks_around_it_change_nothing(typed: str, before: str, after: str) -> None:
    assert _outcome(before + typed + after) == _outcome(typed)


@given(st.data(), SPELLED, WORD, WORD)
def test_every_spelling_in_any_capitals_names_its_command(
    data: st.DataObject, spelled: Spelled, team: str, number: str
) -> None:
    command, word = spelled
    rest = {"team": team, "incident": number, "priority": "2", "text": "a  b", "target": team}
    told = [rest[thing] for thing in command.takes.value if thing in rest]
    line = GRAMMAR.parse(" ".join([data.draw(anyhow(word)), *told]))

    assert line.command == command.name
    assert [getattr(line, thing) for thing in command.takes.value if thing in rest] == told


@given(WORD, BLANKS, ANY.filter(str.strip))
def test_a_note_keeps_its_words_as_they_were_typed(number: str, blanks: str, words: str) -> None:
    line = GRAMMAR.parse(f"N{blanks}{number}{blanks}{words}")

    assert (line.incident, line.text) == (number, words.replace("\0", " ").strip())


@given(
    SPELLED.filter(lambda one: one[0].takes is Takes.TEAM),
    st.from_regex(r"[A-Z]{2}[0-9]{1,3}", fullmatch=True),
)
def test_the_team_may_come_first_as_on_the_radio(spelled: Spelled, team: str) -> None:
    command, word = spelled

    assert GRAMMAR.parse(f"{team} {word}") == GRAMMAR.parse(f"{word} {team}") == Line(command.name, team=team)


@given(WORD.filter(lambda word: _outcome(word) == Line("jump", target=word)), st.integers(2, 5))
def test_what_is_no_command_and_longer_than_a_word_is_refused(word: str, times: int) -> None:
    with pytest.raises(NotUnderstood):
        GRAMMAR.parse(" ".join([word] * times))


@given(LETTER, st.lists(WORD, min_size=4, max_size=6))
def test_nothing_that_was_typed_is_dropped(lettered: Spelled, words: list[str]) -> None:
    """What a command does not take is refused, never left out."""
    command, letter = lettered
    typed = " ".join([letter, *words])
    try:
        line = GRAMMAR.parse(typed)
    except NotUnderstood:
        assert command.takes.value[-1:] not in (("text",), ("reason",))
    else:
        taken = " ".join(filter(None, (getattr(line, thing) for thing in command.takes.value)))
        assert taken == " ".join(words)


def test_a_line_has_an_end() -> None:
    assert GRAMMAR.parse("N 1 " + "a" * (LONGEST - 4)).command == "note"
    with pytest.raises(NotUnderstood):
        GRAMMAR.parse("N 1 " + "a" * (LONGEST - 3))


def test_a_word_for_two_commands_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="both"):
        vocabulary([("depart", ["E"]), ("arrive", ["é"])])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_examples_on_the_help_page_are_understood(command: Command) -> None:
    assert GRAMMAR.parse(command.example).command == command.name


def _outcome(typed: str) -> Line | str:
    try:
        return GRAMMAR.parse(typed)
    except NotUnderstood as error:
        return error.detail
