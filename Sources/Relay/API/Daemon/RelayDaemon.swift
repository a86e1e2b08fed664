// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
import RelayConnectors
package import RelayEngine
import RelayStore
import RelayTransport

/// One running relay: loops, verifiers and the decider, wired. Everything it decides is in the
/// engine; everything it says or does leaves through here after its commit.
///
/// `@unchecked Sendable`, because its parts are Sendable and set once, before anything runs.
package final class RelayDaemon: @unchecked Sendable {
    private let configuration: DaemonConfiguration
    private let peerLoop: EventLoop
    private let nodeLoop: EventLoop
    private let verifiers: VerifierPool
    private let shared = SharedState()
    private let decider: Decider
    private let connector: CometBFTConnector
    private let lines: AccountLines
    private let tls: TLSContext
    private let service: PeerService
    private let directory: PeerDirectory
    private let manifests: ManifestBook?
    private let proposals: ProposalBook?
    private let callers: PeerSet
    private let server: HTTP2Server
    private let operations: OperationsService
    private let services: ServiceDoor?
    private let metrics: MetricsDoor?
    /// Ends of our own certificate and of those that peers show.
    package let certificates: CertificateWatcher
    let disclosures: DisclosureDoor?
    let letters: LettersDoor?
    private let log: @Sendable (EngineNote) -> Void
    private let now: @Sendable () -> Timestamp

    /// Builds and starts everything. Throws what kept it from starting; then nothing runs.
    ///
    /// - Parameters:
    ///   - now: the clock; a test gives its own.
    ///   - log: takes one note an event. Called on the decider's thread: must not wait.
    package init(
        configuration: DaemonConfiguration, now: @escaping @Sendable () -> Timestamp,
        log: @escaping @Sendable (EngineNote) -> Void
    ) throws {
        self.log = log
        self.now = now
        certificates = CertificateWatcher(now: now, log: log)
        let directory = PeerDirectory([:])
        self.directory = directory
        // What runs already is ended again when a later part cannot start.
        var running: [() -> Void] = []
        do {
            let peerLoop = try EventLoop(name: "peers")
            running.append { peerLoop.stop() }
            self.peerLoop = peerLoop
            let nodeLoop = try EventLoop(name: "nodes")
            running.append { nodeLoop.stop() }
            self.nodeLoop = nodeLoop
            let verifiers = try VerifierPool(threads: configuration.verifierThreads)
            running.append { verifiers.stop() }
            self.verifiers = verifiers

            let router = EffectRouter()
            let shared = shared
            let certificates = certificates
            let software = configuration.software
            decider = try Decider(
                configuration: configuration.engine, now: now,
                callbacks: RelayDaemon.callbacks(
                    router, log,
                    publish: { engine in
                        shared.update(
                            from: engine, chains: directory.all, software: software, now: now())
                    }))
            let decider = decider
            running.append { decider.stop() }
            let opened = try OpenedMembers(configuration, decider: decider, now: now())
            let configuration = opened.configuration
            self.configuration = configuration
            let manifests = opened.book
            self.manifests = manifests
            let peers = PeerChain.all(
                in: configuration.topology, of: configuration.engine.routes)
            directory.replace(peers)
            let submit: @Sendable ([EngineEvent]) -> Bool = { decider.submit($0) }
            let lines = AccountLines(
                loop: nodeLoop, configuration: configuration.connector, now: now)
            self.lines = lines
            running.append { lines.stop() }
            let written = SealedManifest(configuration.topology)
            let newWork = NewWork(manifest: { manifests?.latest ?? written }, now: now)
            let letters = try RelayDaemon.letters(
                configuration, lines, decider, directory, newWork, now, log)
            self.letters = letters
            if let letters { running.append { letters.stop() } }
            connector = try CometBFTConnector(
                loop: nodeLoop, configuration: configuration.connector, now: now,
                emit: { event in
                    _ = submit([event])
                    letters?.see(event)
                })
            let proposals = try manifests.map {
                try ProposalBook(
                    $0, path: configuration.papersFile, now: now(), submit: submit)
            }
            self.proposals = proposals
            if let proposals { running.append { proposals.stop() } }
            let context = PeerContext(
                ownChainID: configuration.engine.chainID, directory: directory, shared: shared,
                verifiers: verifiers, connector: connector,
                proofAnswers: ProofAnswers(connector: connector), certificates: certificates,
                now: now, submitEvents: submit, manifests: manifests, proposals: proposals)
            tls = try TLSContext(files: configuration.tls) { directory.verdict(on: $0) }
            service = PeerService(context: context) {
                Response(
                    status: 200, headers: [HTTPHeader("content-type", "text/plain")],
                    body: Array("alive\n".utf8))
            }
            let tls = tls
            let callers = PeerSet(peers) { peer in
                PeerCaller(
                    loop: peerLoop, peer: peer, context: context, tls: tls,
                    limits: configuration.transportLimits, timing: configuration.peerTiming)
            }
            self.callers = callers
            let service = service
            disclosures = try RelayDaemon.disclosures(configuration, context, lines) {
                callers.caller($0)
            }
            if let disclosures { running.append { disclosures.stop() } }
            service.disclosures = disclosures?.service
            var routes = (disclosures?.routes ?? []) + (letters?.routes ?? [])
            if let proposals, let manifests {
                proposals.onFresh { papers in
                    for caller in callers.all { caller.exchangePapers(papers) }
                }
                manifests.onEquivocation { proposals.met($0, now: now()) }
                routes += ProposalDoor(manifests, proposals, verifiers, now, submit).routes
            }
            server = try HTTP2Server(
                loop: peerLoop, address: configuration.listenAddress,
                port: configuration.listenPort,
                tls: tls, limits: configuration.transportLimits,
                onEvent: { certificates.see($0) }, handler: { service.take($0) })
            service.server = server
            service.onLaterManifest = { callers.caller($0)?.pullManifests() }
            var seen = RelayDaemon.operations(
                configuration, decider, directory, callers, connector, now)
            seen.lateLetters = letters?.late
            seen.peerCertificates = { certificates.facts(of: directory.all.values) }
            let operations = try OperationsService(seen)
            running.append { operations.stop() }
            self.operations = operations
            service.tracer = { operations.tell($0, $1, $2) }
            services = try configuration.api.map {
                try ServiceDoor(
                    $0, own: configuration.ownMember, routes: operations.routes + routes,
                    console: ConsoleService(member: configuration.ownMember, now: now))
            }
            if let services { running.append { services.stop() } }
            metrics = try configuration.metrics.map {
                try MetricsDoor($0, own: configuration.ownMember, routes: operations.health)
            }
            if let metrics { running.append { metrics.stop() } }
            let (server, connector) = (server, connector)
            router.connect(
                connector: connector, service: service, callers: callers,
                ordered: { operations.ordered($0, $1) }, log: log,
                adopt: { change in
                    guard let topology = change.topology else { return }
                    manifests?.adopted(change)
                    let peers = PeerChain.all(in: topology, of: change.routes)
                    directory.replace(peers)
                    connector.setCounterparties(
                        peers.mapValues { ConnectorConfiguration.Counterparty($0.chain) })
                    callers.apply(peers)
                    server.closeConnections { directory.verdict(on: $0) != .accept }
                })
            opened.notes.forEach(log)
            try start(opened.entries)
            if let proposals {
                _ = verifiers.run { proposals.resume(now: now(), signatures: &$0.signatures) }
            }
        } catch {
            for stop in running.reversed() { stop() }
            throw error
        }
    }

    /// The port that peers reach: as configured, or chosen by the system when that was 0.
    package var port: Int { server.port }

    /// The port of applications and operators; nil without such a listener.
    package var apiPort: Int? { services?.port }

    /// The port of stock monitors; nil without such a listener.
    package var metricsPort: Int? { metrics?.port }

    /// JSON-RPC calls to our chain's nodes so far.
    package var nodeCalls: Int { connector.callCount }

    /// The same by method.
    package var nodeCallsByMethod: [String: Int] { connector.callsByMethod }

    /// Calls of one peer that its relay still waits for.
    package func callsUnderWay(of chainID: String) -> Int { service.callsUnderWay(of: chainID) }

    /// New connections use the certificate files as they are now. Open ones are replaced in order:
    /// what is under way on them finishes, so that nobody is cut off when an old key is unpinned.
    package func reloadCertificates() throws {
        try tls.reload()
        try services?.reload()
        certificates.see(tls.own, holder: CertificateWatcher.own)
        server.renewConnections()
        for caller in callers.all { caller.renew() }
    }

    /// The members are these from now on, by a file written by hand. Takes effect with the engine's
    /// next commit.
    package func apply(_ topology: Topology) {
        decider.submit([
            .topologyChanged(TopologyChange(topology, of: configuration.ownMember))
        ])
    }

    /// Signed versions of the manifest, encoded, in any order, as a file brought them: verified,
    /// decided on, and spread to the peers. Says what became of them in the log.
    package func offer(manifests versions: [[UInt8]]) {
        guard let manifests else { return }
        let steps = versions.compactMap { try? SignedManifest(reading: $0) }
            .sorted { $0.manifest.version < $1.manifest.version }
            .map { ManifestStep(signed: $0.encoded) }
        let (decider, now, log) = (decider, now, log)
        let isTaken = verifiers.run { state in
            decider.submit(
                manifests.judge(
                    steps, from: "file", now: now(), signatures: &state.signatures))
        }
        if !isTaken || steps.count < versions.count {
            log(
                EngineNote(
                    level: .warning, code: isTaken ? "manifest/unreadable" : "manifest/busy",
                    detail: "\(versions.count - steps.count) of \(versions.count) versions from "
                        + "file were not read"))
        }
    }

    /// The version of the members' list that holds: its number and digest.
    package var membersVersion: (number: UInt64, digest: Digest)? {
        manifests.map { ($0.latest.manifest.version, $0.latest.digest) }
    }

    /// Member changes that are open here; nil where the members' list is a file written by hand.
    package var openProposals: OpenProposals? { proposals.map { $0.listing() } }

    /// Takes an operator's event.
    package func submit(_ event: EngineEvent) { decider.submit([event]) }

    /// Ends in order: no new calls, then no new decisions, then no new requests.
    package func stop() {
        callers.stop()
        server.close()
        services?.stop()
        metrics?.stop()
        operations.stop()
        disclosures?.stop()
        proposals?.stop()
        connector.stop()
        lines.stop()
        letters?.stop()
        decider.stop()
        verifiers.stop()
        peerLoop.stop()
        nodeLoop.stop()
    }

    /// Note of a store that takes no more commits until the relay is started again.
    package static let haltedCode = "store/halted"

    // MARK: Private

    private func start(_ entries: [JournalEntry]) throws {
        let open = try decider.start(configuration.engine, remembering: entries)
        connector.remember(open)
        decider.submit([.tick])
        _ = nodeLoop.post { [weak self] in self?.tellCalls() }
        certificates.see(tls.own, holder: CertificateWatcher.own)
        callers.start()
    }

    private static func callbacks(
        _ router: EffectRouter, _ log: @escaping @Sendable (EngineNote) -> Void,
        publish: @escaping @Sendable (borrowing RelayEngine) -> Void
    ) -> Decider.Callbacks {
        Decider.Callbacks(
            adopt: { router.adopt($0) }, release: { router.release($0) }, publish: publish,
            commitFailed: { error in
                let isHalted = (error as? StoreError)?.code == .halted
                log(
                    EngineNote(
                        level: .alarm,
                        code: isHalted ? RelayDaemon.haltedCode : "store/commit-failed",
                        detail: "\(error)"))
                router.abandonWaiting()
            })
    }

    /// Milliseconds between lines that tell how often our nodes were asked.
    private static let tellCallsMilliseconds = 5_000

    private func tellCalls() {
        log(EngineNote(level: .info, code: "node/calls", detail: "\(connector.callCount)"))
        certificates.look()
        nodeLoop.schedule(afterMilliseconds: RelayDaemon.tellCallsMilliseconds) {
            [weak self] in self?.tellCalls()
        }
    }
}
