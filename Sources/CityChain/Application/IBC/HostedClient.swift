// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The messages that make, feed and configure the light clients on this chain.
/// Source: ibc-go v10 02-client keeper and msg_server, client/v2.
struct HostedClient {
    static let nextSequenceKey = Array("nextClientSequence".utf8)
    static let parametersKey = Array("clientParams".utf8)
    /// Client types the chain accepts: all.
    static let parameters: [UInt8] = [0x0a, 0x01, 0x2a]

    /// What MsgUpdateClient carries.
    enum ClientMessage {
        case header(ICS07.Header)
        case misbehaviour(ICS07.Misbehaviour)

        /// Decodes the message and refuses what ValidateBasic refuses.
        init(_ message: MsgUpdateClient) throws(ExecutionError) {
            guard let any = message.clientMessage else {
                throw .invalidHeader("client message cannot be empty")
            }
            do throws(ClientError) {
                switch any.typeURL.text {
                case ICS07.headerURL.text:
                    let header = try ICS07.Header.decoded(any.value)
                    _ = try header.checked()
                    self = .header(header)
                case ICS07.misbehaviourURL.text:
                    self = .misbehaviour(try ICS07.Misbehaviour.decoded(any.value))
                default: throw ClientError.invalidState(any.typeURL.text)
                }
            } catch {
                if case .invalidState(let type) = error {
                    throw .invalidHeader("client message type \(type) is unknown")
                }
                throw .updateRefused(error, client: message.clientID)
            }
        }
    }

    let context: ExecutionContext

    private var hostContext: HostContext {
        HostContext(
            now: context.block.time, height: context.block.selfHeight,
            isPruning: !context.mode.isCheck)
    }

    func create(_ message: MsgCreateClient) throws(ExecutionError) -> MsgCreateClientResponse {
        guard let state = message.clientState, let consensus = message.consensusState else {
            throw .invalidClient("client state and consensus state cannot be empty")
        }
        guard state.typeURL == ICS07.clientStateURL,
            consensus.typeURL == ICS07.consensusStateURL
        else {
            throw ExecutionError(
                "client", 10,
                "client type for client state and consensus state do not match: invalid client type"
            )
        }
        let sequence =
            context.get(StoreName.ibc, HostedClient.nextSequenceKey)?.bigEndianUInt64 ?? 0
        let id = WireText("\(ICS07.clientType)-\(sequence)")
        context.set(
            StoreName.ibc, HostedClient.nextSequenceKey, [UInt8](bigEndian: sequence &+ 1))
        let height: Height
        do throws(ClientError) {
            let clientState = try ICS07.ClientState.decoded(state.value)
            height = clientState.latestHeight
            var store = HostedClientStore(context, id)
            try ICS07.Host.create(
                clientState, try ICS07.ConsensusState.decoded(consensus.value), in: &store,
                at: hostContext)
        } catch {
            if case .notActive(let status) = error {
                throw .clientNotActive(
                    "cannot create client (\(id.text)) with status \(status.shown)")
            }
            throw .invalidClient(error.code)
        }
        context.set(
            StoreName.ibc, HostedClient.creatorKey(id), try signer(message.signer).bytes)
        emit(.created(client: id.text, type: ICS07.clientType, height: height))
        return MsgCreateClientResponse(clientID: id)
    }

    func update(
        _ message: MsgUpdateClient, signatures: inout SignatureVerifier
    ) throws(ExecutionError) {
        let client = message.clientID
        if !context.mode.isCheck {
            let host = IBCHost(context: context, ports: [:])
            let relayer = try signer(message.signer)
            guard
                host.config(ofClient: client).allows(
                    relayer.bytes, prefix: AccountAddress.prefix)
            else {
                throw .ibcUnauthorized(
                    "relayer \(relayer.text) is not authorized to update client \(client.text)")
            }
        }
        let clientMessage = try ClientMessage(message)
        var store = HostedClientStore(context, client)
        let result: HostedUpdate
        do throws(ClientError) {
            switch clientMessage {
            case .header(let header):
                result = try ICS07.Host.update(
                    header, in: &store, at: hostContext, signatures: &signatures)
            case .misbehaviour(let misbehaviour):
                result = try ICS07.Host.submit(
                    misbehaviour, in: &store, at: hostContext, signatures: &signatures)
            }
        } catch {
            throw HostedClient.refusal(error, clientMessage, client)
        }
        switch result {
        case .updated(let heights):
            emit(
                .updated(
                    client: client.text, type: ICS07.clientType, height: heights.first))
        case .frozen: emit(.misbehaviour(client: client.text, type: ICS07.clientType))
        }
    }

    /// A commit of misbehaviour that too little power signed is bad misbehaviour, not a bad header.
    private static func refusal(
        _ error: ClientError, _ message: ClientMessage, _ client: WireText
    ) -> ExecutionError {
        guard case .misbehaviour = message, case .verification = error else {
            return .updateRefused(error, client: client)
        }
        return .invalidMisbehaviour("validator set did not commit to header")
    }

    func upgrade(_ message: MsgUpgradeClient) throws(ExecutionError) {
        let client = message.clientID
        guard let state = message.clientState, let consensus = message.consensusState else {
            throw .invalidClient("client state and consensus state cannot be empty")
        }
        let height: Height
        do throws(ClientError) {
            let newState = try ICS07.ClientState.decoded(state.value)
            height = newState.latestHeight
            var store = HostedClientStore(context, client)
            try ICS07.Host.upgrade(
                to: newState, try ICS07.ConsensusState.decoded(consensus.value),
                clientProof: message.proofUpgradeClient,
                consensusProof: message.proofUpgradeConsensusState, in: &store,
                context: hostContext)
        } catch {
            throw .updateRefused(error, client: client)
        }
        emit(.upgraded(client: client.text, type: ICS07.clientType, height: height))
    }

    func recover(_ message: MsgRecoverClient) throws(ExecutionError) {
        try requireAuthority(message.signer)
        guard message.subjectClientID != message.substituteClientID else {
            throw .invalidClient("subject and substitute are the same client")
        }
        var subject = HostedClientStore(context, message.subjectClientID)
        var substitute = HostedClientStore(context, message.substituteClientID)
        do throws(ClientError) {
            try ICS07.Host.recover(&subject, from: &substitute, now: context.block.time)
        } catch {
            throw ExecutionError(
                "client", 26, "\(error.code): invalid client state substitute")
        }
        emit(.recovered(client: message.subjectClientID.text, type: ICS07.clientType))
    }

    // MARK: keys and accounts

    static func creatorKey(_ client: WireText) -> [UInt8] {
        Array("clients/".utf8) + client.bytes + Array("/creator".utf8)
    }

    /// The account that may act for the chain itself.
    static let authorityKey = Array("authority".utf8)

    func requireAuthority(_ text: WireText) throws(ExecutionError) {
        let authority = context.get(StoreName.accounts, HostedClient.authorityKey) ?? []
        let given = try signer(text)
        guard given.bytes == authority else {
            throw .ibcUnauthorized(
                "expected \(AccountAddress(authority).text), got \(given.text)")
        }
    }

    func signer(_ text: WireText) throws(ExecutionError) -> AccountAddress {
        do throws(Bech32Fault) {
            return try AccountAddress(text: text)
        } catch {
            throw .invalidAddress("\(text.text): \(error)")
        }
    }

    private func emit(_ event: ClientEvent) {
        context.emit(event.emitted)
        context.emit(EmittedEvent.clientModule)
    }
}

extension ProtobufMessage {
    fileprivate static func decoded(_ bytes: [UInt8]) throws(ClientError) -> Self {
        do throws(WireError) {
            return try Self(reading: bytes)
        } catch {
            throw .wire(error)
        }
    }
}
