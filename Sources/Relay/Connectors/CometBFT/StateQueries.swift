// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// Asks our chain's application without proof: accounts, hosted clients, open commitments. What
/// these answers say steers the relay; nothing is believed or ended by them alone.
package struct StateQueries {
    typealias Answer<Value> = (Result<Value, NodeError>) -> Void

    let rpc: NodeRPC

    /// States of a hosted client that are read with their times: the newest serve as bases.
    static let newestStates = 8
    /// Heights in one page; a client of fourteen days at a block every second would have a million.
    static let heightsPerPage: UInt64 = 1_000
    /// Pages of heights: the page order is textual, so the newest may stand anywhere.
    static let maxPages = 32

    /// One gRPC question over abci_query. Height 0: the latest state.
    func ask(
        _ path: String, _ request: [UInt8], height: UInt64 = 0, then: @escaping Answer<[UInt8]>
    ) {
        let node = rpc.currentAddress
        rpc.call(call(path, request, height), as: RPCQuery.self) { answer in
            then(answer.flatMap { StateQueries.value($0.response, path, node) })
        }
    }

    func account(_ address: String, then: @escaping Answer<QueriedAccount>) {
        ask(ChainQuery.account, ChainQuery.text(address)) { answer in
            then(decoded(answer, ChainQuery.account) { try QueriedAccount(answer: $0) })
        }
    }

    func hostedClient(_ client: String, then: @escaping Answer<HostedClient>) {
        ask(ChainQuery.clientStatus, ChainQuery.text(client)) { [self] answer in
            switch answer {
            case .failure(let error):
                // Asking for the status of a client that is not there is an error of its own.
                guard error.saysNotFound else { return then(.failure(error)) }
                then(.success(StateQueries.none(client)))
            case .success(let bytes):
                let status = StateQueries.status((try? ChainQuery.firstText(bytes)) ?? "")
                readHeights(client, key: [], page: 1, collected: []) { [self] heights in
                    guard case .success(let heights) = heights else {
                        return then(heights.map { _ in StateQueries.none(client) })
                    }
                    finish(client, status, newest: heights, then)
                }
            }
        }
    }

    /// One page of open commitments of a source client at a height, from a sequence on.
    func commitments(_ request: ReconcileRequest, then: @escaping Answer<ReconcilePage>) {
        let key = PacketKey.bigEndian(request.from)
        let question = ChainQuery.page(
            client: request.client, key: key, limit: UInt64(clamping: request.limit))
        ask(ChainQuery.packetCommitments, question, height: request.height.height) { answer in
            then(
                decoded(answer, ChainQuery.packetCommitments) { bytes in
                    let page = try ChainQuery.commitments(bytes)
                    let next = StateQueries.number(page.nextKey)
                    // A page that does not move on would claim sequences it does not tell of.
                    if let next, next <= request.from {
                        throw WireError.outOfRange("next page")
                    }
                    let end = next.map { $0 - 1 } ?? .max
                    let sequences = page.sequences.filter { $0 >= request.from }.sorted()
                    return ReconcilePage(
                        client: request.client, height: request.height,
                        range: request.from...max(request.from, end), commitments: sequences)
                })
        }
    }

    // MARK: Private

    private func call(_ path: String, _ request: [UInt8], _ height: UInt64) -> RPCCall {
        RPCCall(
            "abci_query",
            [("path", path), ("data", Hex.encode(request)), ("height", "\(height)")],
            flags: [("prove", false)])
    }

    package static func value(
        _ response: RPCQuery.Response, _ path: String, _ node: String
    ) -> Result<[UInt8], NodeError> {
        guard response.code == 0 else {
            // 26: in the future; 38: pruned (cometbft-ibc §5.4).
            let isHeight = response.codespace == "sdk" && [26, 38].contains(response.code)
            return .failure(
                NodeError(
                    isHeight ? .notExecutedYet : .queryRefused, node: node, method: path,
                    detail: response.log, number: Int(response.code)))
        }
        guard let value = response.value else {
            return .failure(
                NodeError(.wrongAnswer, node: node, method: path, detail: response.log))
        }
        return .success(value.bytes)
    }

    private func decoded<Value>(
        _ answer: Result<[UInt8], NodeError>, _ path: String,
        _ read: ([UInt8]) throws -> Value
    ) -> Result<Value, NodeError> {
        answer.flatMap { bytes in
            do {
                return .success(try read(bytes))
            } catch {
                return .failure(
                    NodeError(
                        .badAnswer, node: rpc.currentAddress, method: path, detail: "\(error)"))
            }
        }
    }

    private func readHeights(
        _ client: String, key: [UInt8], page: Int, collected: [Height],
        then: @escaping Answer<[Height]>
    ) {
        let question = ChainQuery.page(
            client: client, key: key, limit: StateQueries.heightsPerPage)
        ask(ChainQuery.consensusStateHeights, question) { [self] answer in
            let read = decoded(answer, ChainQuery.consensusStateHeights) { bytes in
                try ChainQuery.heights(bytes)
            }
            guard case .success(let part) = read else { return then(read.map { $0.heights }) }
            let newest = Array(
                (collected + part.heights).sorted().suffix(StateQueries.newestStates))
            guard !part.nextKey.isEmpty, page < StateQueries.maxPages else {
                return then(.success(newest))
            }
            readHeights(client, key: part.nextKey, page: page + 1, collected: newest, then: then)
        }
    }

    private func finish(
        _ client: String, _ status: HostedClient.Status, newest: [Height],
        _ then: @escaping Answer<HostedClient>
    ) {
        let node = rpc.currentAddress
        let path = ChainQuery.consensusState
        let calls = newest.map {
            call(path, ChainQuery.consensusState(client: client, at: $0), 0)
        }
        rpc.batch(calls, as: RPCQuery.self) { [self] answers in
            var states: [HostedClient.State] = []
            for (height, answer) in zip(newest, answers) {
                let bytes = answer.flatMap { StateQueries.value($0.response, path, node) }
                // A state may be pruned between the two questions.
                guard case .success(let value) = bytes,
                    let time = try? ChainQuery.consensusTime(value)
                else { continue }
                states.append(HostedClient.State(height: height, timestamp: time))
            }
            ask(ChainQuery.counterparty, ChainQuery.text(client)) { [self] answer in
                var counterparty = ""
                switch answer {
                case .success(let bytes):
                    counterparty = (try? ChainQuery.counterpartyClient(bytes)) ?? ""
                case .failure(let error):
                    guard error.saysNotFound else { return then(.failure(error)) }
                }
                askPeriod(client) { period in
                    then(
                        .success(
                            HostedClient(
                                client: client, status: status, states: states,
                                counterparty: counterparty, trustingPeriodNanoseconds: period)))
                }
            }
        }
    }

    /// The trusting period in the client's own state; nil where it is not told, or of another
    /// family.
    private func askPeriod(_ client: String, then: @escaping (Int64?) -> Void) {
        ask(ChainQuery.clientState, ChainQuery.text(client)) { answer in
            guard case .success(let bytes) = answer,
                let any = try? ChainQuery.firstBytes(bytes),
                let wrapped = try? ProtobufAny(reading: any),
                let state = try? ICS07.ClientState(reading: wrapped.value),
                state.trustingPeriodNanoseconds > 0
            else { return then(nil) }
            then(state.trustingPeriodNanoseconds)
        }
    }

    private static func none(_ client: String) -> HostedClient {
        HostedClient(client: client, status: .unknown, states: [], counterparty: "")
    }

    private static func status(_ text: String) -> HostedClient.Status {
        switch text {
        case "Active": .active
        case "Expired": .expired
        case "Frozen": .frozen
        default: .unknown
        }
    }

    /// The sequence at the end of a page key; nil for an empty key.
    private static func number(_ key: [UInt8]) -> UInt64? {
        guard key.count >= 8 else { return nil }
        return PacketKey.number(Array(key.suffix(8)))
    }
}
