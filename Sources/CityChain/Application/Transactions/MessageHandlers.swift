// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Runs single messages.
struct MessageHandlers {
    let context: ExecutionContext
    let ports: [String: CityPort]

    /// Executes one message and returns its answer, wrapped.
    func run(
        _ message: CityMessage, signatures: inout SignatureVerifier
    ) throws(ExecutionError) -> ProtobufAny {
        let clients = HostedClient(context: context)
        var answer: [UInt8] = []
        switch message {
        case .createClient(let message): answer = try clients.create(message).encoded
        case .updateClient(let message): try clients.update(message, signatures: &signatures)
        case .upgradeClient(let message): try clients.upgrade(message)
        case .recoverClient(let message): try clients.recover(message)
        case .registerCounterparty(let message): try clients.register(message)
        case .updateClientConfig(let message): try clients.configure(message)
        case .sendPacket(let message):
            let sequence = try packet { host throws(PacketError) in
                try PacketHandler.send(message, on: &host)
            }
            answer = MsgSendPacketResponse(sequence: sequence).encoded
        case .recvPacket, .acknowledgement, .timeout:
            if let result = try runPacket(message) {
                answer = PacketMessageResponse(result: result).encoded
            }
        case .send(let message): try transfer(message, clients)
        case .putRecords(let message): try RecordRegister(context: context).put(message)
        }
        return ProtobufAny(
            typeURL: WireText(message.typeURL + "Response"), value: answer)
    }

    /// The three messages that a relay brings; nil for any other.
    func runPacket(_ message: CityMessage) throws(ExecutionError) -> HandlerResult? {
        switch message {
        case .recvPacket(let message):
            try packet(prefix: "receive packet verification failed") { host throws(PacketError) in
                try PacketHandler.receive(message, on: &host)
            }
        case .acknowledgement(let message):
            try packet(prefix: "acknowledge packet verification failed") {
                host throws(PacketError) in
                try PacketHandler.acknowledge(message, on: &host)
            }
        case .timeout(let message):
            try packet(prefix: "timeout packet verification failed") { host throws(PacketError) in
                try PacketHandler.timeout(message, on: &host)
            }
        default: nil
        }
    }

    private func packet<Value>(
        prefix: String? = nil, _ body: (inout IBCHost) throws(PacketError) -> Value
    ) throws(ExecutionError) -> Value {
        var host = IBCHost(context: context, ports: ports)
        do throws(PacketError) {
            return try body(&host)
        } catch {
            let refusal = ExecutionError(error)
            // A panic and an application speak for themselves.
            switch error {
            case .noRoute, .application: throw refusal
            default: throw prefix.map { refusal.wrapped($0) } ?? refusal
            }
        }
    }

    private func transfer(
        _ message: MsgSend, _ clients: HostedClient
    ) throws(ExecutionError) {
        guard let amount = MsgSend.total(message.amount) else {
            throw .invalidCoins("amount is no positive number of \(Bank.denomination)")
        }
        try Bank.transfer(
            amount, from: try clients.signer(message.fromAddress),
            to: try clients.signer(message.toAddress),
            in: context)
    }
}
