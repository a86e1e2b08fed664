// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayStore
import RelayTransport

extension OperationsService {
    /// Paths of the operations API, with who may call them.
    package var routes: [APIRoute] {
        let base = "/v1/operations"
        let packet = "{way}/{client}/{sequence}"
        return [
            store(.get, "\(base)/status") { service, reader, _ in
                .json(StatusReport(try service.sources(reader)))
            },
            APIRoute(.get, "\(base)/why/packet/\(packet)", .observers) {
                [weak self] (request, reply) throws(APIError) in
                self?.why(try request.packetID(), reply)
            },
            APIRoute(.get, "\(base)/why/{kind}/{chain}", .observers) {
                [weak self] (request, reply) throws(APIError) in
                self?.why(request["kind"], request["chain"], reply)
            },
            store(.get, "\(base)/queue") { service, reader, request in
                let now = service.context.now()
                return .json(
                    try QueueReport(try request.packetQuery(now: now), reader, now: now))
            },
            store(.get, "\(base)/packets/\(packet)") { service, reader, request in
                .json(try service.packet(try request.packetID(), reader))
            },
            store(.get, "\(base)/actions") { _, reader, request in
                .json(
                    try ActionList(
                        subject: request.query("subject"), limit: try request.limit(100), reader))
            },
            APIRoute(.get, "\(base)/packets/\(packet)/trace", .observers) {
                [weak self] (request, reply) throws(APIError) in
                self?.trace(try request.packetID(), reply)
            },
            APIRoute(.post, "\(base)/actions", .operators) {
                [weak self] (request, reply) throws(APIError) in
                try self?.order(try request.json(ActionOrder.self), request.caller, reply)
            },
            APIRoute(.post, "\(base)/actions/{number}/undo", .operators) {
                [weak self] (request, reply) throws(APIError) in
                let body = try request.json(ActionOrder.Undo.self)
                try self?.undo(request["number"], body, request.caller, reply)
            },
            APIRoute(.get, "\(base)/events", .observers) {
                [weak self] (_, reply) throws(APIError) in self?.watch(reply)
            },
        ] + health
    }

    /// A route that answers from the store, on the service's thread.
    func store(
        _ method: HTTPMethod, _ path: String, _ access: APIAccess = .observers,
        _ work:
            @escaping @Sendable (OperationsService, JournalReader, APIRequest) throws -> APIAnswer
    ) -> APIRoute {
        APIRoute(method, path, access) { [weak self] (request, reply) throws(APIError) in
            guard let self else { throw .busy }
            self.answer(reply) { reader in try work(self, reader, request) }
        }
    }

    // MARK: Packets

    func packet(_ id: PacketID, _ reader: JournalReader) throws -> PacketReport {
        let live = context.look { engine in
            var look = LiveLook()
            look.explanations = engine.explain(id).map { [$0] }
            return look
        }
        guard
            let report = try PacketReport(
                id, reader, live: live?.explanations?.first, ownChainID: context.ownChainID,
                now: context.now())
        else { throw APIError.unknownPacket(id) }
        return report
    }
}
