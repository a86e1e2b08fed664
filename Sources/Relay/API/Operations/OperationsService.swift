// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayStore
import RelayTransport

/// Answers operators, monitors and the console. Reads the store on a connection and a thread of its
/// own; looks at the engine between two turns; orders go through the decider like everything else.
///
/// `@unchecked Sendable`, because everything that changes is touched on `loop`'s thread alone.
package final class OperationsService: @unchecked Sendable {
    /// Milliseconds between two looks at how many packets have ended.
    static let sampleMilliseconds = 5_000
    /// Samples that a rate is taken over: one minute.
    static let samples = 12

    let context: OperationsContext
    let loop: EventLoop
    private var reader: JournalReader?
    private let startedAt: Timestamp
    /// Packets ended since the start, by chain, at the latest looks; oldest first.
    private var ended: [[String: UInt64]] = []
    var orders = PendingOrders()
    var watchers: [EventStream] = []
    /// What the watchers were told last.
    var told = ToldStatus()

    package init(_ context: OperationsContext) throws {
        self.context = context
        startedAt = context.now()
        loop = try EventLoop(name: "operations")
        _ = loop.post { [weak self] in self?.sample() }
    }

    package func stop() { loop.stop() }

    /// Runs work with the store's reader on the service's thread; what it throws is answered.
    func answer(
        _ reply: APIReply, _ work: @escaping @Sendable (JournalReader) throws -> APIAnswer
    ) {
        let isPosted = loop.post { [self] in
            do {
                reply.finish(try work(try openReader()))
            } catch let error as APIError {
                reply.finish(error)
            } catch {
                reader = nil
                reply.finish(
                    APIError(
                        503, "store/not-readable", "the store cannot be read: \(error)",
                        next: "Look at the disk and the relay's log.", retryAfterSeconds: 5))
            }
        }
        if !isPosted { reply.finish(.busy) }
    }

    func openReader() throws -> JournalReader {
        if let reader { return reader }
        let made = try JournalReader(path: context.storeFile)
        reader = made
        return made
    }

    // MARK: Status

    /// On the service's thread.
    func sources(_ reader: JournalReader) throws -> StatusSources {
        var sources = StatusSources(
            now: context.now(), member: context.member, ownChainID: context.ownChainID,
            peers: context.peers())
        try sources.read(reader)
        if let look = context.look(LiveLook.everything), let chain = look.chain {
            sources.live = StatusSources.Live(
                routes: look.routes, chain: chain, rates: rates(look.routes),
                startedAt: startedAt, software: context.software, manifest: look.manifest)
        }
        sources.lateLetters = context.lateLetters?.now
        sources.peerCertificates = context.peerCertificates()
        sources.certificates = context.certificates.compactMap {
            try? CertificateFile(use: $0.use, path: $0.path)
        }
        return sources
    }

    private func rates(_ routes: [RouteStanding]) -> [String: Int] {
        var rates: [String: Int] = [:]
        for route in routes {
            let before = ended.first?[route.chainID] ?? 0
            let seconds = max(1, ended.count) * OperationsService.sampleMilliseconds / 1_000
            rates[route.chainID] = Int(clamping: route.ended &- before) * 60 / max(60, seconds)
        }
        return rates
    }

    private func sample() {
        if let look = context.look(LiveLook.everything) {
            ended.append(
                Dictionary(
                    look.routes.map { ($0.chainID, $0.ended) }, uniquingKeysWith: { $1 }))
            if ended.count > OperationsService.samples { ended.removeFirst() }
        }
        loop.schedule(afterMilliseconds: OperationsService.sampleMilliseconds) {
            [weak self] in self?.sample()
        }
    }
}

extension APIError {
    static let busy = APIError(
        503, "api/busy", "the relay is busy or about to end", next: "Come again in a second.",
        retryAfterSeconds: 1)
}
