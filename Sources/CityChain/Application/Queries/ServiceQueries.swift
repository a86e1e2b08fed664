// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// gRPC questions over `abci_query`: unproven answers from one kept version.
/// Source: building-cometbft.md section 5.3.
struct ServiceQueries {
    let multistore: Multistore
    let times: [UInt64: Timestamp]
    let latest: UInt64
    let chainID: String

    /// What a question is answered from.
    struct Scene {
        let state: StoreSnapshot
        let height: UInt64
        let time: Timestamp
        let revision: UInt64

        /// Height{revision_number, revision_height} of the answer.
        var proofHeight: Height { Height(revision: revision, height: height) }
    }

    typealias Method = (QueryFields, Scene) throws(ExecutionError) -> [UInt8]

    func answer(_ query: ApplicationQuery) -> ApplicationAnswer {
        let refusal = StoreQueries.refusal
        guard let (method, listField) = ServiceQueries.method(query.path) else {
            return refusal(.unknownRequest("unknown query path"), 0)
        }
        if query.wantsProof, query.height <= StoreQueries.unprovableHeight {
            return refusal(StoreQueries.proofTooEarly, 0)
        }
        guard query.height <= latest else {
            return refusal(
                ExecutionError(
                    "sdk", 26,
                    "cannot query with height in the future; please provide a valid height: "
                        + "invalid height"), 0)
        }
        guard let snapshot = multistore.snapshot(at: query.height) else {
            return refusal(
                ExecutionError(
                    "sdk", 38,
                    "failed to load state at height \(query.height); version mismatch on immutable "
                        + "IAVL tree; version does not exist. Version has either been pruned, or "
                        + "is for a future block height (latest height: \(latest)): not found"), 0)
        }
        let scene = Scene(
            state: snapshot, height: query.height, time: times[query.height] ?? .unixEpoch,
            revision: BlockContext(
                chainID: chainID, height: query.height, time: .unixEpoch, maxGas: -1
            ).selfHeight.revision)
        guard let fields = try? QueryFields(query.data, listField: listField) else {
            return refusal(.invalidRequest("unexpected EOF"), query.height)
        }
        do throws(ExecutionError) {
            var answer = ApplicationAnswer()
            answer.value = try method(fields, scene)
            answer.height = query.height
            return answer
        } catch {
            return refusal(error, query.height)
        }
    }

    private static func method(_ path: String) -> (Method, listField: Int32?)? {
        let parts = path.split(separator: "/")
        guard parts.count == 2, let service = services[String(parts[0])],
            let method = service[String(parts[1])]
        else { return nil }
        let takesList = ["UnreceivedPackets", "UnreceivedAcks"].contains(parts[1])
        return (method, takesList ? 2 : nil)
    }

    private static var services: [String: [String: Method]] {
        [
            "cosmos.auth.v1beta1.Query": ChainQueries.auth,
            "cosmos.bank.v1beta1.Query": ChainQueries.bank,
            "cosmos.base.node.v1beta1.Service": ChainQueries.node,
            "ibc.core.client.v1.Query": ClientQueries.version1,
            "ibc.core.client.v2.Query": ClientQueries.version2,
            "ibc.core.channel.v2.Query": PacketQueries.all,
        ]
    }
}
