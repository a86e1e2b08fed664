// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// Turns a submission into the chain's messages, in the order they must stand in, and estimates its
/// gas.
struct MessageBuilder {
    let signer: WireText
    let counterparties: [String: ConnectorConfiguration.Counterparty]

    struct Built {
        var messages: [ProtobufAny] = []
        var gas = GasEstimate()
    }

    /// Why a submission makes no messages: a fault of ours or of the configuration.
    enum Fault: Error, Hashable {
        case unknownCounterparty(String)
        case packet(PacketID)
        case client(String)
        /// No height that both clients hold announces the set which the evidence names.
        case misbehaviour(String)

        var code: String {
            switch self {
            case .unknownCounterparty: "connector/unknown-counterparty"
            case .packet: "connector/unreadable-packet"
            case .client: "connector/no-client-state"
            case .misbehaviour: "connector/no-shared-state"
            }
        }
    }

    /// Updates come first: the packets' proofs stand on the states they bring (cometbft-ibc §5.6).
    func build(_ submission: Submission) throws(Fault) -> Built {
        var built = Built()
        let client = WireText(submission.localClient)
        for update in submission.updates {
            built.gas.addUpdate(headerBytes: update.message.count)
            built.messages.append(
                MsgUpdateClient(
                    clientID: client, clientMessage: CometBFT.envelope(update.message),
                    signer: signer
                ).wrapped)
        }
        switch submission.content {
        case .updateClient: break
        case .packets(let items):
            for item in items { try add(item, to: &built) }
        case .createClient(let trusted):
            built.messages.append(try creation(submission, trusted))
            built.gas.addUpdate(headerBytes: 0)
        case .misbehaviour(let evidence, let bases):
            let message = try misbehaviour(submission, evidence, bases)
            built.gas.addUpdate(headerBytes: message.count)
            built.messages.append(
                MsgUpdateClient(
                    clientID: client, clientMessage: CometBFT.misbehaviourEnvelope(message),
                    signer: signer
                ).wrapped)
        case .registerCounterparty(let remoteClient):
            built.messages.append(try registration(submission, client, WireText(remoteClient)))
            built.gas.addUpdate(headerBytes: 0)
        }
        return built
    }

    private func add(_ item: Submission.Item, to built: inout Built) throws(Fault) {
        guard let packet = try? Packet(reading: item.packet) else { throw .packet(item.id) }
        switch item.kind {
        case .receive:
            built.gas.addReceive(packet)
            built.messages.append(
                MsgRecvPacket(
                    packet: packet, proofCommitment: item.proof, proofHeight: item.proofHeight,
                    signer: signer
                ).wrapped)
        case .acknowledge:
            guard let acknowledgement = try? Acknowledgement(reading: item.acknowledgement) else {
                throw .packet(item.id)
            }
            built.gas.addAcknowledgement(packet)
            built.messages.append(
                MsgAcknowledgement(
                    packet: packet, acknowledgement: acknowledgement, proofAcked: item.proof,
                    proofHeight: item.proofHeight, signer: signer
                ).wrapped)
        case .timeout:
            built.gas.addTimeout(packet)
            built.messages.append(
                MsgTimeout(
                    packet: packet, proofUnreceived: item.proof, proofHeight: item.proofHeight,
                    signer: signer
                ).wrapped)
        }
    }

    private func creation(
        _ submission: Submission, _ trusted: VerifiedHeader
    ) throws(Fault) -> ProtobufAny {
        guard let counterparty = counterparties[submission.counterpartyChain] else {
            throw .unknownCounterparty(submission.counterpartyChain)
        }
        let header = TrustedHeader(
            height: trusted.height, timestamp: trusted.timestamp, headerHash: Digest(trusted.hash),
            consensusState: trusted.consensusState)
        guard
            let states = try? CometBFT.initialStates(
                parameters: counterparty.parameters, trusted: header)
        else { throw .client(submission.counterpartyChain) }
        return MsgCreateClient(
            clientState: states.clientState, consensusState: states.consensusState, signer: signer
        ).wrapped
    }

    /// The evidence on heights that the client on our chain holds.
    private func misbehaviour(
        _ submission: Submission, _ evidence: [UInt8], _ bases: [TrustedHeader]
    ) throws(Fault) -> [UInt8] {
        guard let counterparty = counterparties[submission.counterpartyChain] else {
            throw .unknownCounterparty(submission.counterpartyChain)
        }
        guard let body = try? EvidenceBody(reading: evidence), body.isComplete,
            let message = try? CometBFT.misbehaviour(body.first, body.second),
            let rebased = try? CometBFT.rebaseMisbehaviour(
                message, parameters: counterparty.parameters, bases: bases)
        else { throw .misbehaviour(submission.counterpartyChain) }
        return rebased
    }

    private func registration(
        _ submission: Submission, _ client: WireText, _ remoteClient: WireText
    ) throws(Fault) -> ProtobufAny {
        guard let counterparty = counterparties[submission.counterpartyChain] else {
            throw .unknownCounterparty(submission.counterpartyChain)
        }
        return MsgRegisterCounterparty(
            clientID: client, counterpartyMerklePrefix: counterparty.commitmentPrefix,
            counterpartyClientID: remoteClient, signer: signer
        ).wrapped
    }
}
