// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine

/// Packets that an application's call brought onto our own chain.
struct SentPackets: Hashable, Sendable {
    let height: UInt64
    /// In the order of the payloads.
    let ids: [PacketID]
    let transaction: [UInt8]
}

/// Values of our own chain's state, as a header of it commits to them.
struct ChainValues: Sendable {
    let height: Height
    /// In the order of the keys; empty: absent.
    let values: [[UInt8]]
}

/// Sends packets on our own chain as the account that may send on the applications' ports, and
/// reads what the chain says of them. Any thread; answers on the connector's loop.
final class PortSubmission: Sendable {
    private let connector: CometBFTConnector
    private let line: AccountLine?

    /// - Parameter line: of the account that signs; nil: nothing can be sent.
    init(connector: CometBFTConnector, line: AccountLine?) {
        self.connector = connector
        self.line = line
    }

    /// One transaction with a packet for each payload; answers once a block holds it, or it is
    /// certain that none will.
    func send(
        _ payloads: [Payload], client: String, timeoutSeconds: UInt64,
        then: @escaping @Sendable (Result<SentPackets, DisclosureFailure>) -> Void
    ) {
        guard let line else {
            return then(
                .failure(
                    DisclosureFailure(.chainUnavailable, "this relay has no account that sends")))
        }
        let words = payloads.map {
            AccountLine.Word(client: client, timeoutSeconds: timeoutSeconds, payload: $0)
        }
        line.send(words) { result in
            switch result {
            case .success(let sent):
                then(
                    .success(
                        SentPackets(
                            height: sent.height,
                            ids: sent.packets.map {
                                PacketID(direction: .outgoing, client: client, sequence: $0)
                            }, transaction: sent.hash)))
            case .failure(let failure): then(.failure(DisclosureFailure(failure)))
            }
        }
    }

    /// Values of keys in one store of our chain, as of a block that is final.
    func read(
        store: String, keys: [[UInt8]],
        then: @escaping @Sendable (Result<ChainValues, DisclosureFailure>) -> Void
    ) {
        connector.prove(keys: keys, store: store, notBefore: 0) { answer in
            switch answer {
            case .success(let found):
                then(
                    .success(
                        ChainValues(height: found.height, values: found.proofs.map(\.value))))
            case .failure(let error):
                then(
                    .failure(
                        DisclosureFailure(
                            .chainUnavailable, error.code.rawValue,
                            retryAfterMilliseconds: 1_000)))
            }
        }
    }
}

extension DisclosureFailure {
    /// Milliseconds after which a chain that was busy is worth another try: about a block.
    private static let chainRetryMilliseconds: UInt32 = 1_000

    /// The chain's own words stay out: they may hold what a payload said.
    init(_ failure: SendFailure) {
        switch failure {
        case .refused(let result):
            let stable = result.stableCode.map { ": \($0)" } ?? ""
            self.init(
                .chainRefused, "our chain says \(result.codespace) \(result.code)\(stable)")
        case .unavailable(let detail), .unknown(let detail):
            self.init(
                .chainUnavailable, detail,
                retryAfterMilliseconds: DisclosureFailure.chainRetryMilliseconds)
        }
    }

    /// The code that an application of our chain put in front of its refusal:
    /// `letter/withdrawn-first`, `licence/not-newer`.
    var chainCode: String? {
        guard code == .chainRefused, let mark = detail.firstRange(of: ": ") else { return nil }
        return String(detail[mark.upperBound...])
    }
}

extension TransactionResult {
    /// `area/what-happened` in a chain's words; nil where it says none.
    fileprivate var stableCode: String? {
        for area in ["letter/", "licence/"] {
            guard let found = log.firstRange(of: area) else { continue }
            let rest = log[found.upperBound...].prefix { $0 == "-" || $0.isLowercase }
            if !rest.isEmpty { return area + rest }
        }
        return nil
    }
}
