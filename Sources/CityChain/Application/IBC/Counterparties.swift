// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Who is on the other side of a client, and who may relay through it.
/// Source: ibc-go v10 client/v2 msg_server.
extension HostedClient {
    func register(_ message: MsgRegisterCounterparty) throws(ExecutionError) {
        let client = message.clientID
        guard let creator = context.get(StoreName.ibc, HostedClient.creatorKey(client)) else {
            throw .clientNotFound(client.text)
        }
        let given = try signer(message.signer)
        guard given.bytes == creator else {
            throw .ibcUnauthorized(
                "expected same signer as createClient submittor \(AccountAddress(creator).text), "
                    + "got \(given.text)")
        }
        var host = IBCHost(context: context, ports: [:])
        guard host.counterparty(ofClient: client) == nil else {
            throw .ibcInvalidRequest("cannot register counterparty once it is already set")
        }
        host.setCounterparty(
            CounterpartyInfo(
                merklePrefix: message.counterpartyMerklePrefix,
                clientID: message.counterpartyClientID), ofClient: client)
    }

    func configure(_ message: MsgUpdateClientConfig) throws(ExecutionError) {
        let client = message.clientID
        let given = try signer(message.signer)
        let creator = context.get(StoreName.ibc, HostedClient.creatorKey(client))
        let authority = context.get(StoreName.accounts, HostedClient.authorityKey)
        guard given.bytes == creator || given.bytes == authority else {
            throw .ibcUnauthorized(
                "expected signer to be either authority or creator of client \(client.text), got "
                    + given.text)
        }
        var host = IBCHost(context: context, ports: [:])
        guard host.status(ofClient: client) != nil else { throw .clientNotFound(client.text) }
        host.setConfig(message.config, ofClient: client)
    }
}
