// SPDX-License-Identifier: Apache-2.0

package import CityChain
package import Federation
import FoundationEssentials
import Glibc
import LightClient
package import RelayAPI
package import RelayStore
import RelayTransport
import Synchronization
import TestSupport

/// Two laboratory cities with a record office each, their relays, and a hall's application in
/// Beijing that asks Hangzhou.
package final class DisclosureRig: Sendable {
    package let harness: PeerHarness
    package let hall: Laboratory.Credentials
    /// An application of Beijing that no grant names.
    package let kiosk: Laboratory.Credentials
    package let people: SyntheticRecords
    /// What the cities know each other by; nil: by a topology file.
    package let manifest: SealedManifest?

    /// Between the parts, where everything is written down.
    package let taps: Taps?

    package static let department = "12110000TEXT000175"

    private let chainPatienceMilliseconds: Int

    /// - Parameter lifeSeconds: until the manifest's hard expiry.
    package init(
        chainPatienceMilliseconds: Int = 15_000, withManifest: Bool = false,
        lifeSeconds: Int64 = 365 * 86_400, isTapped: Bool = false
    ) throws {
        self.chainPatienceMilliseconds = chainPatienceMilliseconds
        harness = try PeerHarness(offices: true)
        hall = try DisclosureRig.application(harness.beijing.city.code, "loan-desk")
        kiosk = try DisclosureRig.application(harness.beijing.city.code, "kiosk")
        people = SyntheticRecords(code: harness.hangzhou.city.code)
        taps = try isTapped ? DisclosureRig.taps(harness, hall) : nil
        // Names the taps' ports where they stand before the relays.
        manifest = withManifest ? try DisclosureRig.manifest(of: harness, lifeSeconds) : nil
        for relay in [harness.hangzhou, harness.beijing] { try start(relay) }
        try harness.link()
    }

    package func stop() {
        harness.stop()
        taps?.stop()
    }

    private static func application(
        _ division: String, _ name: String
    ) throws -> Laboratory.Credentials {
        try Laboratory.issue(
            "app-\(name)-\(UInt32.random(in: .min ... .max))", division: division,
            institution: "\(division)000000000", role: "app", options: ["--name", name])
    }

    package func application(
        of relay: PeerHarness.Relay, _ name: String
    ) throws -> Laboratory.Credentials {
        try DisclosureRig.application(relay.city.code, name)
    }

    /// Changes a record in Hangzhou's office, as its own system would.
    package func update(_ json: String) throws {
        let port = harness.hangzhou.city.node.officePort ?? 0
        let result = try Program.run([
            "/usr/bin/curl", "--silent", "--fail", "--data", json,
            "http://127.0.0.1:\(port)/v1/lab/update",
        ])
        guard result.status == 0 else { throw LaboratoryCity.Trouble(result.output) }
    }

    /// What Beijing's relay would ask Hangzhou's, made by hand.
    package func request(_ reference: String, madeSecondsAgo age: Int64 = 0) throws
        -> DiscloseRequest
    {
        let salt = [UInt8](repeating: 7, count: DisclosureRequest.saltBytes)
        let made = Timestamp.wallClock.adding(nanoseconds: -age * 1_000_000_000)
        let request = DisclosureRequest(
            requester: harness.beijing.city.member.description, application: "loan-desk",
            department: DisclosureRig.department, officer: SHA256.hash([1]),
            subject: SHA256.hash([2]), provider: harness.hangzhou.city.member.description,
            kind: "fund-account",
            referenceCommitment: DisclosureRequest.commitment(
                salt: salt, kind: "fund-account", reference: reference),
            items: ["JZNY"], purpose: "housing-loan", serviceItem: "110000-LOAN-01",
            caseNumber: "BJ-2026-0002", maxAgeNanoseconds: 3_600_000_000_000,
            madeAtUnixNanoseconds: made.unixNanoseconds,
            nonce: (0..<16).map { _ in UInt8.random(in: 0...255) },
            answerKey: try HPKE.publicKey(secret: DisclosureRig.answerSecret))
        return DiscloseRequest(
            request: request.encoded,
            signature: EvidenceSignature.request.sign(
                request.ticket.bytes, with: harness.beijing.evidenceKey),
            reference: reference, referenceSalt: salt)
    }

    /// Stops a relay and starts it anew, as soon as its stores are free.
    package func restart(
        _ relay: PeerHarness.Relay, change: (inout DisclosureConfiguration) -> Void = { _ in }
    ) throws {
        relay.stop()
        var trouble: (any Error)?
        for _ in 0..<200 {
            do { return try start(relay, change: change) } catch { trouble = error }
            usleep(50_000)
        }
        if let trouble { throw trouble }
    }

    private static let answerSecret = [UInt8](1...32)

    /// Sends what `request` made, sealed as a relay seals it; a code alone where nothing came
    /// sealed.
    package func disclose(_ message: DiscloseRequest, _ wire: PeerWire) async throws
        -> DiscloseResponse
    {
        let (asker, provider) = (harness.beijing.city.member, harness.hangzhou.city.member)
        func send(_ sealed: [UInt8]) async throws -> SealedAnswer {
            let outcome = await wire.call("Disclose", SealedQuestion(sealed: sealed).encoded)
            guard let bytes = outcome.message else { throw LaboratoryCity.Trouble("\(outcome)") }
            return try SealedAnswer(reading: bytes)
        }
        let unopened = try await send([])
        guard let key = unopened.key,
            let sealed = DisclosureSealing.seal(
                message, from: asker, to: provider, key: key.key,
                ephemeral: RandomBytes.make(32))
        else { throw LaboratoryCity.Trouble("no key: \(unopened.code)") }
        let answer = try await send(sealed)
        let request = try DisclosureRequest(reading: message.request)
        return DisclosureSealing.open(
            answer, ticket: request.ticket, secret: DisclosureRig.answerSecret)
            ?? DiscloseResponse(code: answer.code, detail: answer.detail)
    }

    /// Entries of Hangzhou's access log about one case.
    package func entries(_ caseNumber: String) throws -> [FoundAccess] {
        var query = AccessQuery()
        query.caseNumber = caseNumber
        return try AccessLogReader(path: harness.hangzhou.folder.file("access.db")).entries(query)
    }

    package func start(
        _ relay: PeerHarness.Relay, change: (inout DisclosureConfiguration) -> Void = { _ in }
    ) throws {
        var officePort = relay.city.node.officePort
        var nodes: [String]?
        if let taps {
            let place = relay === harness.hangzhou ? 0 : 1
            nodes = ["http://127.0.0.1:\(taps.nodes[place].port)"]
            if place == 0 { officePort = UInt16(taps.office.port) }
        }
        let office = officePort.map { "http://127.0.0.1:\($0)" }
        var disclosure = DisclosureConfiguration(
            office: office, policy: try policy(of: relay), evidenceKey: relay.evidenceKey,
            storeFile: relay.folder.file("access.db"))
        disclosure.chainPatienceMilliseconds = chainPatienceMilliseconds
        disclosure.chainLookMilliseconds = 50
        disclosure.sender = try relay.city.account("bureau")
        disclosure.licenceApplications = ["licence-hall", "loan-desk"]
        disclosure.announceMilliseconds = 1_000
        change(&disclosure)
        let letters = try relay.lettersConfiguration()
        let port = try relay.apiPort()
        try harness.start(relay, nodes: nodes) { configuration in
            configuration.disclosure = disclosure
            configuration.letters = letters
            configuration.api = APIConfiguration(
                address: "127.0.0.1", port: port, tls: relay.credentials.files)
            guard let manifest else { return }
            configuration.manifest = ManifestSource(
                anchor: manifest.digest,
                versions: [SignedManifest(manifest, signatures: []).encoded])
        }
    }

    /// A founding version of the two cities, as long as its digest was read over the telephone.
    private static func manifest(
        of harness: PeerHarness, _ lifeSeconds: Int64
    ) throws -> SealedManifest {
        let now = Timestamp.wallClock
        let members = try harness.topology().members.map { member in
            let authority = try SigningKey.ed25519(
                seed: SHA256.hash(Array("authority \(member.id)".utf8)).bytes)
            return ManifestMember(
                id: member.id, name: member.name, owner: Organisation(name: "Bureau"),
                operator: Organisation(name: "Company"),
                authorityKeys: [MemberKey(authority.publicKey)].compactMap { $0 },
                evidenceKeys: member.evidenceKeys, relay: member.relay, chains: [member.chain])
        }
        return SealedManifest(
            Manifest(
                federation: "laboratory", version: 1, previous: .zero, issuedAt: now,
                softExpiry: now.adding(nanoseconds: lifeSeconds * 800_000_000),
                hardExpiry: now.adding(nanoseconds: lifeSeconds * 1_000_000_000),
                quorum: QuorumRule(.atLeast(2)),
                routes: .allPairs(maxPacketLifetimeSeconds: 86_400), note: "founding",
                members: members))
    }

    /// What Hangzhou lets Beijing ask; Beijing lets nobody ask anything.
    package func policy(of relay: PeerHarness.Relay) throws -> DisclosurePolicy {
        let provider = relay.city.member
        guard relay === harness.hangzhou else { return DisclosurePolicy(nothingFrom: provider) }
        func grant(_ id: String, _ resource: String) -> Grant {
            Grant(
                id: id, resource: resource, items: [], predicates: [], provider: provider,
                requester: Grant.Requester(
                    member: harness.beijing.city.member, department: DisclosureRig.department,
                    application: "loan-desk"),
                serviceItems: ["110000-LOAN-01"], purpose: "housing-loan", basis: .statutoryDuty,
                legalReference: "Order-262-26", impactAssessment: "PIA-2026-001", mode: .fields,
                dailyCap: 1_000, validFrom: day("20200101"), validUntil: day("20991231"),
                approvedBy: ["330100-data-bureau"], status: .active)
        }
        var fund = grant("fund", "fund-account")
        fund.items = ["GRZHZT", "JZNY", "GRZHYE", "XHRQ"]
        fund.predicates = ["SixMconFlag", "monthsGE", "noUnsettledLoan"]
        var licence = grant("licence", "licence")
        licence.items = ["certificate_name", "certificateExpiringDate"]
        licence.predicates = ["inForce"]
        // For a matter in which the holder has to be there.
        var shown = grant("shown", "licence")
        shown.mode = .predicate
        shown.predicates = ["inForce"]
        shown.serviceItems = ["110000-SHOW-01"]
        shown.presentation = .holder
        var capped = grant("capped", "drivers-licence")
        capped.mode = .predicate
        capped.predicates = ["includesC1"]
        capped.dailyCap = 1
        var consent = grant("consent", "marriage")
        consent.mode = .predicate
        consent.predicates = ["married"]
        consent.basis = .consent
        var own = grant("own", "fund-account")
        own.requester = Grant.Requester(
            member: provider, department: DisclosureRig.department, application: "fund-hall")
        own.items = ["JZNY"]
        let kinds: [(String, SharedResource.ShareClass)] = [
            ("fund-account", .conditional), ("licence", .conditional),
            ("drivers-licence", .conditional), ("marriage", .conditional),
            ("resident-points", .none),
        ]
        return try DisclosurePolicy(
            provider: provider,
            resources: kinds.map {
                SharedResource(try RecordSchemas.builtIn.schema(kind: $0.0), shareClass: $0.1)
            }, grants: [fund, licence, shown, capped, consent, own])
    }

    private func day(_ text: String) -> PolicyDay { PolicyDay(text) ?? PolicyDay(.unixEpoch) }

    /// Waits until Beijing's chain has Hangzhou's announcement.
    package func introduce() throws {
        let key = InstitutionAnnouncement.sealingKey(
            try InstitutionCode("\(harness.hangzhou.city.code)000000000"))
        try harness.until("the institutions are announced") {
            let value = self.harness.beijing.city.node.perform {
                $0.chain.query(ApplicationQuery(path: "/store/transfer/key", data: key)).value
            }
            return value??.isEmpty == false
        }
    }
}
