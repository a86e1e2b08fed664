// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayTransport
import Synchronization

/// The server side of the peer protocol: takes calls on the loop, has them verified, hands the
/// verdicts to the decider, and answers when the decider has committed.
///
/// `@unchecked Sendable`, because `calls` is a `Mutex`, `server` and `tracer` are set once before
/// the first call can come, and everything else is constant.
final class PeerService: @unchecked Sendable {
    /// Calls of one peer that may be under way. Beyond it the peer is asked to wait.
    static let callsPerPeer = 32
    /// Milliseconds that a peer is asked to wait when we are busy.
    static let busyMilliseconds = 500
    /// Milliseconds that a peer is asked to wait when a person has paused the exchange with it.
    static let pausedMilliseconds = 60_000

    enum Kind {
        case deliver, acknowledge, report
    }

    private struct Waiting {
        let response: ResponseToken
        let kind: Kind
        let peer: String
    }

    private struct Calls {
        var next: UInt64 = 1
        var waiting: [UInt64: Waiting] = [:]
        var underWay: [String: Int] = [:]
        /// Pieces of evidence of one peer, and the minute in which they came.
        var accusations: [String: (minute: Int64, count: Int)] = [:]
    }

    let context: PeerContext
    private let grpc = GRPCServer(
        methods: Set(PeerMethod.allCases.map(\.path)), messageBytes: PeerLimits.messageBytes)
    private let calls = Mutex(Calls())
    private let health: @Sendable () -> Response
    var server: HTTP2Server?
    /// Answers what a peer asks about a packet between us; nil: nobody answers.
    var tracer: PacketTracer?
    /// Answers questions about records; nil: this relay takes no part in proofs. Set once, before
    /// the first call can come.
    var disclosures: DisclosureService?
    /// A peer, by its chain, says that a later version of the manifest holds at it.
    var onLaterManifest: @Sendable (String) -> Void = { _ in }

    init(context: PeerContext, health: @escaping @Sendable () -> Response) {
        self.context = context
        self.health = health
    }

    /// Requests of one read turn. On the loop.
    func take(_ requests: [IncomingRequest]) {
        var ready: [(token: ResponseToken, response: Response)] = []
        for request in requests {
            if !GRPCServer.isGRPC(request) {
                let isHealth = request.method == .get && request.path == "/livez"
                ready.append((request.token, isHealth ? health() : Response(status: 404)))
                continue
            }
            switch grpc.admit(request) {
            case .failure(let refusal): ready.append((request.token, refusal.response))
            case .success(let call):
                if let status = begin(call) {
                    ready.append((call.token, GRPCServer.response(status)))
                }
            }
        }
        if !ready.isEmpty { server?.respond(ready) }
    }

    /// The decider's answers to calls that it has committed. Any thread.
    func answer(_ answers: [(AnswerToken, [PeerOutcome], Height)]) {
        var ready: [(token: ResponseToken, response: Response)] = []
        for (token, outcomes, trustedHeight) in answers {
            guard let waiting = take(token) else { continue }
            let list = outcomes.map(PacketOutcome.init)
            let message =
                switch waiting.kind {
                case .deliver: DeliverResponse(outcomes: list, trustedHeight: trustedHeight).encoded
                case .acknowledge:
                    AcknowledgeResponse(outcomes: list, trustedHeight: trustedHeight).encoded
                case .report: ReportResponse(outcome: .retry, code: "report/no-answer").encoded
                }
            ready.append((waiting.response, GRPCServer.response(message: message)))
        }
        if !ready.isEmpty { server?.respond(ready) }
    }

    /// Answers every call that waits for a commit with *try again*: the decider has lost its
    /// events.
    func abandonWaiting() {
        let lost = calls.withLock { calls in
            let lost = Array(calls.waiting.values)
            calls.waiting = [:]
            for waiting in lost { calls.underWay[waiting.peer, default: 1] -= 1 }
            return lost
        }
        guard !lost.isEmpty else { return }
        let response = GRPCServer.response(
            .tryAgain(
                inMilliseconds: Decider.commitRetryMilliseconds, "this relay's store is in trouble")
        )
        server?.respond(lost.map { ($0.response, response) })
    }

    /// Calls of one peer under way.
    func callsUnderWay(of chainID: String) -> Int {
        calls.withLock { $0.underWay[chainID, default: 0] }
    }

    // MARK: Private

    /// Nil when the call is under way; otherwise the status that ends it.
    private func begin(_ call: GRPCCall) -> GRPCStatus? {
        guard let method = PeerMethod(path: call.method) else {
            return GRPCStatus(.unimplemented, "no such method")
        }
        guard let peer = context.peer(of: call.peer) else {
            return GRPCStatus(.permissionDenied, "this certificate is no member's of our topology")
        }
        guard enter(peer) else {
            return .tryAgain(
                inMilliseconds: PeerService.busyMilliseconds,
                "too many calls of yours are under way")
        }
        let status: GRPCStatus?
        do throws(WireError) {
            status =
                switch method {
                case .handshake: handshake(try HandshakeRequest(reading: call.message), peer, call)
                case .deliver: deliver(try DeliverRequest(reading: call.message), peer, call)
                case .acknowledge:
                    acknowledge(try AcknowledgeRequest(reading: call.message), peer, call)
                case .prove: prove(try ProveRequest(reading: call.message), peer, call)
                case .fetchHeaders:
                    fetchHeaders(try FetchHeadersRequest(reading: call.message), peer, call)
                case .report: report(try ReportRequest(reading: call.message), peer, call)
                case .trace: trace(try TraceRequest(reading: call.message), peer, call)
                case .disclose: disclose(try SealedQuestion(reading: call.message), peer, call)
                case .offers: offers(try OffersRequest(reading: call.message), peer, call)
                case .receipts: receipts(try ReceiptsRequest(reading: call.message), peer, call)
                case .manifests:
                    manifests(try ManifestExchange(reading: call.message), peer, call)
                case .proposals:
                    proposals(try PaperExchange(reading: call.message), peer, call)
                }
        } catch {
            status = GRPCStatus(.invalidArgument, "the message is malformed: \(error)")
        }
        if status != nil { leave(peer) }
        return status
    }

    private func handshake(
        _ request: HandshakeRequest, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard request.protocolVersion == EngineConfiguration.protocolVersion else {
            return GRPCStatus(
                .failedPrecondition,
                "protocol \(request.protocolVersion) is not spoken here, "
                    + "\(EngineConfiguration.protocolVersion) is")
        }
        guard request.chainID == peer.chainID else { return wrongChain(request.chainID, peer) }
        guard let hello = context.shared.hello(to: peer.chainID) else {
            return .tryAgain(
                inMilliseconds: PeerService.busyMilliseconds, "this relay is still starting")
        }
        context.submit([.peerConnected(PeerHello(request))])
        if context.manifests?.wants(
            version: request.topologyVersion, digest: request.topologyDigest) == true
        {
            onLaterManifest(peer.chainID)
        }
        let response = HandshakeResponse(hello, clock: context.now())
        finish(call, peer, .success(response.encoded))
        return nil
    }

    private func deliver(
        _ request: DeliverRequest, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard request.chainID == peer.chainID else { return wrongChain(request.chainID, peer) }
        for (index, item) in request.packets.enumerated()
        where (try? PacketSummary(encoded: item.packet)) == nil {
            return GRPCStatus(.invalidArgument, "packet \(index) is no protobuf message")
        }
        return verify(peer, call, .deliver) { verification, token, state in
            .deliveryVerified(token, verification.deliver(request, &state))
        }
    }

    private func acknowledge(
        _ request: AcknowledgeRequest, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard request.chainID == peer.chainID else { return wrongChain(request.chainID, peer) }
        for (index, item) in request.acknowledgements.enumerated()
        where (try? PacketSummary(encoded: item.packet)) == nil {
            return GRPCStatus(.invalidArgument, "packet \(index) is no protobuf message")
        }
        return verify(peer, call, .acknowledge) { verification, token, state in
            .acknowledgementsVerified(token, verification.acknowledge(request, &state))
        }
    }

    /// Full inbox, missing client and busy verifiers are all answered with *try again*, in this
    /// order.
    private func verify(
        _ peer: PeerChain, _ call: GRPCCall, _ kind: Kind,
        _ work:
            @escaping @Sendable (
                PeerVerification, AnswerToken, inout VerifierState
            ) -> EngineEvent
    ) -> GRPCStatus? {
        guard kind == .acknowledge || context.shared.inboxHasRoom(for: peer.chainID) else {
            return .tryAgain(inMilliseconds: 2_000, "the inbox of packets from your chain is full")
        }
        guard let client = context.shared.client(of: peer.chainID) else {
            return .tryAgain(
                inMilliseconds: PeerService.busyMilliseconds,
                "our client of your chain is being made")
        }
        let verification = PeerVerification(peer: peer, client: client, now: context.now())
        return verify(call, kind, peer) { token, state in work(verification, token, &state) }
    }

    /// Runs a verifier's job whose verdict the decider answers.
    func verify(
        _ call: GRPCCall, _ kind: Kind, _ peer: PeerChain,
        _ work: @escaping @Sendable (AnswerToken, inout VerifierState) -> EngineEvent
    ) -> GRPCStatus? {
        let token = wait(call.token, kind, peer)
        let isTaken = context.verifiers.run { [self] state in
            let event = work(token, &state)
            if !context.submit([event]), let waiting = take(token) {
                respond(waiting.response, busy)
            }
        }
        guard !isTaken else { return nil }
        // `take` leaves the call; begin must not leave it again.
        if let waiting = take(token) { respond(waiting.response, busy) }
        return nil
    }

    var busy: GRPCStatus {
        .tryAgain(inMilliseconds: PeerService.busyMilliseconds, "this relay is busy")
    }

    private func prove(
        _ request: ProveRequest, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard request.chainID == context.ownChainID else {
            return wrongChain(request.chainID, peer)
        }
        guard !request.questions.isEmpty,
            request.questions.allSatisfy({ $0.subject != .unspecified })
        else { return GRPCStatus(.invalidArgument, "a question has no subject") }
        for (index, question) in request.questions.enumerated()
        where (try? Identifier.check(WireText(question.clientID), as: .client)) == nil {
            return GRPCStatus(.invalidArgument, "question \(index) names no client")
        }
        context.proofAnswers.answer(request) { [self] result in finish(call, peer, result) }
        return nil
    }

    private func fetchHeaders(
        _ request: FetchHeadersRequest, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard request.chainID == context.ownChainID else {
            return wrongChain(request.chainID, peer)
        }
        context.connector.updates(from: request.trustedHeight, to: request.targetHeight) {
            [self] answer in
            finish(
                call, peer,
                answer.map { FetchHeadersResponse(update: ClientUpdate(headers: $0)).encoded }
                    .mapError(\.status))
        }
        return nil
    }

    func wrongChain(_ chainID: String, _ peer: PeerChain) -> GRPCStatus {
        GRPCStatus(
            .invalidArgument,
            "chain \(NodeError.clean(chainID)) is not the one this call is about; you are "
                + "\(peer.chainID), we are \(context.ownChainID)")
    }

    func finish(
        _ call: GRPCCall, _ peer: PeerChain, _ result: Result<[UInt8], GRPCStatus>
    ) {
        leave(peer)
        switch result {
        case .success(let message):
            server?.respond([(call.token, GRPCServer.response(message: message))])
        case .failure(let status): respond(call.token, status)
        }
    }

    private func respond(_ token: ResponseToken, _ status: GRPCStatus) {
        server?.respond([(token, GRPCServer.response(status))])
    }

    /// Answers a call that waited for the decider.
    func respond(_ token: AnswerToken, _ message: [UInt8]) {
        guard let waiting = take(token) else { return }
        server?.respond([(waiting.response, GRPCServer.response(message: message))])
    }

    /// Counts one more piece of evidence; false when it is too much for this minute.
    func mayAccuse(_ peer: PeerChain, _ minute: Int64) -> Bool {
        calls.withLock { calls in
            let known = calls.accusations[peer.chainID]
            let count = known?.minute == minute ? known?.count ?? 0 : 0
            guard count < PeerService.evidencePerMinute else { return false }
            calls.accusations[peer.chainID] = (minute, count + 1)
            return true
        }
    }

    private func enter(_ peer: PeerChain) -> Bool {
        calls.withLock { calls in
            let count = calls.underWay[peer.chainID, default: 0]
            guard count < PeerService.callsPerPeer else { return false }
            calls.underWay[peer.chainID] = count + 1
            return true
        }
    }

    private func leave(_ peer: PeerChain) {
        calls.withLock { $0.underWay[peer.chainID, default: 1] -= 1 }
    }

    private func wait(_ token: ResponseToken, _ kind: Kind, _ peer: PeerChain) -> AnswerToken {
        calls.withLock { calls in
            let id = calls.next
            calls.next += 1
            calls.waiting[id] = Waiting(response: token, kind: kind, peer: peer.chainID)
            return AnswerToken(rawValue: id)
        }
    }

    /// Takes a waiting call out, once.
    private func take(_ token: AnswerToken) -> Waiting? {
        calls.withLock { calls in
            guard let waiting = calls.waiting.removeValue(forKey: token.rawValue) else {
                return nil
            }
            calls.underWay[waiting.peer, default: 1] -= 1
            return waiting
        }
    }
}
