"""Contact centres: Amazon Connect's contact records with their transcripts, and Genesys Cloud's conversation detail."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from benchmarks import baselines
from benchmarks.exports.case import OWN_NUMBER, Case, Chunks, fill, source_of
from benchmarks.exports.talk import Message, conversations

Record = dict[str, Any]


def _stamp(at: datetime, after: int = 0) -> str:
    return f"{at + timedelta(seconds=after):%Y-%m-%dT%H:%M:%SZ}"


def _milliseconds(at: datetime, after: int = 0) -> str:
    return _stamp(at, after)[:-1] + ".000Z"


# --- Amazon Connect ---


def _contact(first: Message) -> Record:
    at, agent = first.at, f"agent{first.conversation % 40}"
    arn = "arn:aws:connect:eu-west-2:1:instance/2"
    return {
        "AWSAccountId": "111122223333",
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "Agent": {
            "ARN": f"{arn}/agent/{agent}", "AgentInteractionDuration": 60, "AfterContactWorkDuration": 3,
            "ConnectedToAgentTimestamp": _stamp(at, 30), "CustomerHoldDuration": 5, "NumberOfHolds": 1, "Username": agent,
        },
        "AnsweringMachineDetectionStatus": None,
        "Attributes": {"language": "en"},
        "Campaign": None,
        "Channel": "VOICE",
        "ConnectedToSystemTimestamp": _stamp(at),
        "ContactId": f"c0{first.conversation:034x}",
        "CustomerEndpoint": {"Address": first.person.phone, "Type": "TELEPHONE_NUMBER"},
        "DisconnectReason": "CUSTOMER_DISCONNECT",
        "DisconnectTimestamp": _stamp(at, 120),
        "InitialContactId": None,
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": _stamp(at),
        "InstanceARN": arn,
        "LastUpdateTimestamp": _stamp(at, 300),
        "NextContactId": None,
        "PreviousContactId": None,
        "Queue": {"ARN": f"{arn}/queue/1", "Name": "returns", "Duration": 20, "EnqueueTimestamp": _stamp(at, 10)},
        "Recordings": [],
        "SystemEndpoint": {"Address": OWN_NUMBER, "Type": "TELEPHONE_NUMBER"},
        "Tags": {},
        "TransferredToEndpoint": None,
    }  # fmt: skip


def _transcript(said: list[Message]) -> Record:
    lines = [
        {
            "BeginOffsetMillis": each.turn * 9_000, "EndOffsetMillis": each.turn * 9_000 + 8_000, "Content": each.text,
            "Id": f"t{each.number}", "ParticipantId": "p1" if each.is_inbound else "p2",
        }
        for each in said
    ]  # fmt: skip
    return {
        "Version": "1.1.0",
        "AccountId": "111122223333",
        "Channel": "VOICE",
        "ContentMetadata": {"Output": "Raw"},
        "JobStatus": "COMPLETED",
        "LanguageCode": "en-GB",
        "Participants": [
            {"ParticipantId": "p1", "ParticipantRole": "CUSTOMER"},
            {"ParticipantId": "p2", "ParticipantRole": "AGENT"},
        ],
        "Categories": {"MatchedCategories": []},
        "ConversationCharacteristics": {"TotalConversationDurationMillis": 36_000},
        "CustomerMetadata": {"ContactId": f"c0{said[0].conversation:034x}", "InstanceId": "2", "InputS3Uri": "s3://b/c"},
        "Transcript": lines,
    }


def _connect_records(part: int) -> Chunks:
    for said in conversations(3, part):
        yield 1, orjson.dumps(_contact(said[0]))
        if said[0].conversation % 3 == 0:
            yield 0, orjson.dumps(_transcript(said))


def write_connect(folder: Path, size: int, part: int) -> int:
    """Write calls, one in three with a transcript, run together as the stream delivers them."""
    return fill(folder / f"records-{part}.json", size, _connect_records(part))


# --- Genesys ---


def _session(ref: str, at: datetime, more: Record, *segments: Record) -> Record:
    return {
        "sessionId": ref,
        "mediaType": "voice",
        "direction": "inbound",
        "provider": "Edge",
        "metrics": [{"name": "nConnected", "value": 1, "emitDate": _milliseconds(at)}],
        "segments": list(segments),
    } | more


def _segment(kind: str, at: datetime, start: int, end: int, **more: str) -> Record:
    times = {"segmentStart": _milliseconds(at, start), "segmentEnd": _milliseconds(at, end)}
    return times | {"segmentType": kind, "conference": False} | more


def _participant(purpose: str, number: int, session: Record, **more: str) -> Record:
    return {"participantId": f"p{number}-{purpose}", "purpose": purpose, "sessions": [session]} | more


def _conversation(said: list[Message]) -> Record:
    first, number = said[0], said[0].conversation
    at, ours = first.at, f"s{number}"
    ends = {"ani": f"tel:{first.person.phone}", "dnis": f"tel:{OWN_NUMBER}"}
    agent = _session(
        f"a{number}", at, {"peerId": ours}, _segment("alert", at, 5, 10),
        _segment("interact", at, 10, 60, queueId="q1", wrapUpCode="w1"),
    )  # fmt: skip
    return {
        "conversationId": f"{number:032x}",
        "conversationStart": _milliseconds(at),
        "conversationEnd": _milliseconds(at, 90),
        "originatingDirection": "inbound",
        "divisionIds": ["d1"],
        "participants": [
            _participant(
                "customer", number, _session(ours, at, ends, _segment("interact", at, 0, 60)), participantName="LONDON UK"
            ),
            _participant(
                "acd", number,
                _session(
                    f"q{number}", at, {"peerId": ours},
                    _segment("interact", at, 0, 60, queueId="q1", disconnectType="transfer"),
                ),
            ),
            _participant("agent", number, agent, userId=f"u{number % 40}"),
        ],
    }  # fmt: skip


def write_genesys(folder: Path, size: int, part: int) -> int:
    """Write a page of calls, each answered by an agent."""
    chunks = ((1, orjson.dumps(_conversation(said))) for said in conversations(1, part))
    return fill(
        folder / f"page-{part}.json", size, chunks,
        before=b'{"conversations": [', between=b", ", after=b'], "totalHits": 1}\n',
    )  # fmt: skip


CASES = [
    Case(
        "amazon_connect", source_of("amazon_connect", own=[OWN_NUMBER]), write_connect,
        partial(baselines.json_run_together, count=lambda record: "InitiationMethod" in record), "orjson, parted",
    ),
    Case(
        "genesys", source_of("genesys", own=[OWN_NUMBER]), write_genesys,
        partial(baselines.json_documents, count=lambda page: len(page["conversations"])), "orjson, document",
    ),
]  # fmt: skip
