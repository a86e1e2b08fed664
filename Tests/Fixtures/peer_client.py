# SPDX-License-Identifier: Apache-2.0
"""Calls every method of peer.proto with a stock gRPC client; prints one JSON line an answer."""
import json
import sys
import time

stubs, facts_path = sys.argv[1:3]
sys.path.insert(0, stubs)

import grpc  # noqa: E402
from federation.v1 import peer_pb2 as pb  # noqa: E402
from federation.v1 import peer_pb2_grpc  # noqa: E402

with open(facts_path, encoding="utf-8") as file:
    facts = json.load(file)


def read(path):
    with open(path, "rb") as file:
        return file.read()


credentials = grpc.ssl_channel_credentials(
    read(facts["authority"]), read(facts["key"]), read(facts["certificate"]))
channel = grpc.secure_channel(
    "127.0.0.1:%d" % facts["port"], credentials,
    [("grpc.ssl_target_name_override", "localhost")])
peer = peer_pb2_grpc.PeerStub(channel)


def height(number):
    return pb.Height(revision_number=1, revision_height=number)


def ask(method, request):
    """RESOURCE_EXHAUSTED means: come again, the work is still yours."""
    for _ in range(40):
        try:
            return method(request, timeout=30)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.RESOURCE_EXHAUSTED:
                raise
            time.sleep(0.25)
    return method(request, timeout=30)


def show(method, **values):
    print(json.dumps({"method": method, **values}), flush=True)


answer = ask(peer.Handshake, pb.HandshakeRequest(
    protocol_version=1, topology_version=1,
    topology_digest=bytes.fromhex(facts["topology_digest"]), chain_id=facts["own_chain"],
    clock_unix_nanoseconds=int(facts["clock"]), client_id=facts["own_client"],
    trusted_height=height(1), software="grpcio"))
show("Handshake", chain=answer.chain_id, client=answer.client_id,
     version=answer.protocol_version, trusted=answer.trusted_height.revision_height)

update = pb.ClientUpdate(headers=[bytes.fromhex(facts["header"])])
packets = [pb.PacketWithProof(packet=bytes.fromhex(item["packet"]),
                              proof=bytes.fromhex(item["proof"])) for item in facts["packets"]]
answer = ask(peer.Deliver, pb.DeliverRequest(
    chain_id=facts["own_chain"], update=update, proof_height=height(facts["proof_height"]),
    packets=packets))
show("Deliver", outcomes=[pb.Outcome.Name(item.outcome) for item in answer.outcomes],
     codes=[item.code for item in answer.outcomes],
     sequences=[item.sequence for item in answer.outcomes],
     trusted=answer.trusted_height.revision_height)

answer = ask(peer.Acknowledge, pb.AcknowledgeRequest(
    chain_id=facts["own_chain"], proof_height=height(facts["proof_height"]),
    acknowledgements=[pb.AcknowledgementWithProof(
        packet=packets[0].packet, acknowledgement=b"\x0a\x01x", proof=packets[0].proof)]))
show("Acknowledge", outcomes=[pb.Outcome.Name(item.outcome) for item in answer.outcomes],
     codes=[item.code for item in answer.outcomes])

answer = ask(peer.Prove, pb.ProveRequest(
    chain_id=facts["peer_chain"], trusted_height=height(facts["peer_trusted"]),
    questions=[pb.Question(subject=pb.SUBJECT_RECEIPT, client_id=facts["peer_client"],
                           sequence=900000)]))
show("Prove", values=[item.value.hex() for item in answer.answers],
     proofs=[len(item.proof) > 0 for item in answer.answers],
     height=answer.proof_height.revision_height, headers=len(answer.update.headers))

answer = ask(peer.FetchHeaders, pb.FetchHeadersRequest(
    chain_id=facts["peer_chain"], trusted_height=height(facts["peer_trusted"]),
    target_height=height(0)))
show("FetchHeaders", headers=len(answer.update.headers))

answer = ask(peer.Report, pb.ReportRequest(
    chain_id=facts["own_chain"],
    held=[pb.HeldHeader(chain_id="somewhere-1", height=height(3), hash=bytes(32))],
    misbehaviour=pb.ReportedMisbehaviour(
        family="cometbft", chain_id=facts["own_chain"], misbehaviour=b"\x0a\x00")))
show("Report", outcome=pb.Outcome.Name(answer.outcome), code=answer.code)

try:
    peer.Handshake(pb.HandshakeRequest(protocol_version=99), timeout=30)
except grpc.RpcError as error:
    show("refused", status=error.code().name, words=error.details())
