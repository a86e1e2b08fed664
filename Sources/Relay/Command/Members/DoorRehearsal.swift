// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayTransport

/// Whether a candidate's listener lets in whom it should and nobody else, tried from outside.
struct DoorRehearsal {
    static let endpoint = CommandOption(
        "endpoint", value: "HOST:PORT",
        "Where peers will reach the relay: mutual TLS is tried there. Needs --authorities.")
    static let authorities = CommandOption(
        "authorities", value: "FILE", "Certificates of the federation's authorities (PEM).")
    static let listen = CommandOption(
        "listen", value: "HOST:PORT",
        "Listen here as the relay will, for as long as --endpoint is tried.")
    static let certificate = CommandOption(
        "certificate", value: "FILE", "The relay's certificate (PEM); DIR/relay.crt if none.")
    static let clientCertificate = CommandOption(
        "client-certificate", value: "FILE",
        "What the caller shows, a peer's; the relay's own certificate where none is given.")
    static let clientKey = CommandOption(
        "client-key", value: "FILE", "The caller's private key.")

    private let probe: TLSProbe
    private let own: TLSContext.Files
    private let client: TLSContext.Files
    private let listenAt: Endpoint?
    private let member: MemberID
    /// Of the key in the folder.
    private let pin: KeyPin
    private let now: Timestamp

    /// A certificate with fewer days than this is to be renewed before anyone trusts it.
    private static let fewDays: Int64 = 14

    /// Nil where no endpoint is given.
    init?(_ arguments: Arguments, _ folder: String, _ member: MemberID, _ now: Timestamp) throws {
        guard let address = arguments.value(DoorRehearsal.endpoint) else { return nil }
        guard let authorities = arguments.value(DoorRehearsal.authorities) else {
            throw ArgumentError.missingValue("--authorities")
        }
        guard let endpoint = Endpoint(address) else {
            throw ArgumentError.badValue(
                option: "--endpoint", value: address, expected: "host:port")
        }
        probe = TLSProbe(address: endpoint.description, authorities: authorities)
        let key = MemberKeyring.path(folder, .relay)
        own = TLSContext.Files(
            certificate: arguments.value(DoorRehearsal.certificate) ?? "\(folder)/relay.crt",
            key: key, authority: authorities,
            passphraseFile: arguments.value(MemberKeyring.passphraseFile))
        if let certificate = arguments.value(DoorRehearsal.clientCertificate),
            let key = arguments.value(DoorRehearsal.clientKey)
        {
            client = TLSContext.Files(
                certificate: certificate, key: key, authority: authorities)
        } else {
            client = own
        }
        listenAt = try arguments.value(DoorRehearsal.listen).map { text in
            guard let endpoint = Endpoint(text) else {
                throw ArgumentError.badValue(
                    option: "--listen", value: text, expected: "host:port")
            }
            return endpoint
        }
        guard let pin = KeyPin(bytes: try MemberSigning(folder, arguments).pin().bytes) else {
            return nil
        }
        self.pin = pin
        self.member = member
        self.now = now
    }

    func run() throws -> [Rehearsal.Line] {
        do {
            guard let listenAt else { return try tryAll() }
            let loop = try EventLoop(name: "rehearsal")
            defer { loop.stop() }
            let server = try HTTP2Server(
                loop: loop, address: listenAt.host, port: Int(listenAt.port),
                tls: try TLSContext(files: own) { _ in .accept }, limits: TransportLimits(),
                onEvent: { _ in }, handler: { _ in })
            defer { server.close() }
            return try tryAll()
        } catch let error as TransportError {
            return [
                Rehearsal.Line(
                    false, "mutual-tls", "mutual TLS: \(error.description)",
                    next: "start the relay, or use --listen; check address and certificate files")
            ]
        }
    }

    private func tryAll() throws -> [Rehearsal.Line] {
        var lines: [Rehearsal.Line] = []
        func add(_ isGood: Bool, _ code: String, _ text: String, _ next: String) {
            lines.append(Rehearsal.Line(isGood, code, text, next: next))
        }
        let peer = try probe.connect(.files(client))
        add(
            peer.isAccepted && peer.version == "TLSv1.3" && peer.isHTTP2, "mutual-tls",
            peer.isAccepted
                ? "mutual TLS at \(probe.address) in \(peer.milliseconds) ms: \(peer.version), "
                    + (peer.isHTTP2 ? "HTTP/2" : "NOT HTTP/2: peers speak nothing else")
                : "a peer is refused at \(probe.address): \(peer.detail)",
            "compare the listener's authorities with --authorities")
        add(
            peer.isVouchedFor, "vouched-for",
            peer.isVouchedFor
                ? "its certificate is vouched for by the federation's authorities"
                : "no authority of the federation vouches for its certificate",
            "have it issued by one of them from relay.csr")
        if let identity = peer.identity { judge(identity, add) }
        let none = try probe.connect(.nothing)
        let shut = "the listener must ask for certificates of the authorities, over TLS 1.3 alone"
        add(
            !none.isAccepted, "no-certificate",
            "a caller without a certificate is " + word(none), shut)
        let stranger = try probe.connect(.selfSigned)
        add(
            !stranger.isAccepted, "stranger",
            "a caller that no authority vouches for is " + word(stranger), shut)
        let old = try probe.connect(.files(client), atMostTLS12: true)
        add(!old.isAccepted, "old-tls", "a caller that speaks TLS 1.2 is " + word(old), shut)
        return lines
    }

    private func word(_ outcome: TLSProbe.Outcome) -> String {
        outcome.isAccepted ? "LET IN" : "refused"
    }

    private func judge(
        _ identity: PeerIdentity, _ add: (Bool, String, String, String) -> Void
    ) {
        let name = "cityrelay://member/\(member.division)/\(member.institution)"
        let isNamed = identity.role == .member && identity.uri == name
        add(
            isNamed, "uri-name",
            isNamed
                ? "the certificate names \(name)"
                : "the certificate does not name \(name), but \(identity.uri)",
            "have it issued from relay.csr, with its URI name")
        add(
            identity.spkiSHA256 == pin, "key",
            identity.spkiSHA256 == pin
                ? "its key is the one of this folder, \(pin)"
                : "its key is \(identity.spkiSHA256), the folder's and the entry's is \(pin)",
            "let the listener use relay.key of this folder")
        let days = (identity.notAfter - Int64(clamping: now.unixSeconds)) / 86_400
        add(
            days >= DoorRehearsal.fewDays, "certificate-days",
            "the certificate ends in \(days) days", "have it renewed first")
    }
}
