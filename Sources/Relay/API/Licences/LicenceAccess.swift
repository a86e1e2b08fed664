// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport

/// Who asks for a licence, and about which case.
struct LicenceAsker: Sendable {
    let application: String
    let officer: String
    let caseNumber: String

    /// Of a call without a body: who asks stands in two headers, because paths get into logs.
    init(_ request: APIRequest, application: String) throws(DisclosureFailure) {
        self.init(
            application: application,
            officer: try LicenceAsker.header(LicenceAsker.officerHeader, request),
            caseNumber: try LicenceAsker.header(LicenceAsker.caseHeader, request))
    }

    init(application: String, officer: String, caseNumber: String) {
        self.application = application
        self.officer = officer
        self.caseNumber = caseNumber
    }

    static let officerHeader = "cityrelay-officer"
    static let caseHeader = "cityrelay-case"

    private static func header(
        _ name: String, _ request: APIRequest
    ) throws(DisclosureFailure) -> String {
        guard let text = request.headers[name] else {
            throw DisclosureFailure(.requestMalformed, "header \(name) is missing")
        }
        guard PolicyForm.code(text) else {
            throw DisclosureFailure(.requestMalformed, "header \(name) is not in form")
        }
        return text
    }
}

/// A use of a licence's record that is accounted for: something of it leaves the city's office.
/// Changes by our own hall give it nothing that it did not say itself; the office notes them.
enum LicenceUse: Hashable, Sendable {
    /// Its status, or that there is none, is told to an application.
    case read
    /// The whole record goes to another city's office, sealed.
    case give(to: String)
    /// The new licence's identifier goes to the office of the city that gave the old one.
    case take(from: String)

    /// Nil for an act that lets nothing out.
    init?(_ body: LicenceBody, institution: String?) {
        switch (body.operation, body.status) {
        case (.end, .movedOut): self = .give(to: institution ?? "")
        case (.moveIn, _): self = .take(from: institution ?? "")
        default: return nil
        }
    }

    var purpose: String {
        switch self {
        case .read: "licence-read"
        case .give: "licence-transfer-out"
        case .take: "licence-transfer-in"
        }
    }

    /// Where it goes stands behind the colon.
    var serviceItem: String {
        switch self {
        case .read: "licences"
        case .give(let city), .take(let city): "licences:\(city)"
        }
    }

    /// What it is that leaves.
    var items: [String] {
        switch self {
        case .read: ["status"]
        case .give: []
        case .take: ["certificate_identifier"]
        }
    }

    var mode: AccessRecord.Mode { self.items.isEmpty ? .record : .fields }
}

/// Writes uses of licences into the access log, as disclosures are: signed by us as asker and as
/// keeper, before anything leaves.
struct LicenceAccounts: Sendable {
    let own: MemberID
    let key: SigningKey
    let secrets: DisclosureSecrets
    let ledger: AccessLedger

    /// - Parameters:
    ///   - index: the record's place; nil: it was refused before one was looked for.
    ///   - then: whether the entry is on the disk.
    func note(
        _ use: LicenceUse, by asker: LicenceAsker, index: RecordIndex?,
        _ outcome: AccessRecord.Outcome, then: @escaping @Sendable (Bool) -> Void
    ) {
        let isTaken = ledger.submit { desk in
            guard let access = access(use, asker, index, outcome, desk.now) else {
                then(false)
                return nil
            }
            return LedgerTurn([.append(access)]) { result in
                guard case .success(let logged) = result, let entry = logged.first else {
                    return then(false)
                }
                acknowledge(entry)
                then(true)
            }
        }
        if !isTaken { then(false) }
    }

    private func access(
        _ use: LicenceUse, _ asker: LicenceAsker, _ index: RecordIndex?,
        _ outcome: AccessRecord.Outcome, _ now: Timestamp
    ) -> AccessRecord? {
        let kind = RecordSchema.licence.kind
        // The number itself is in no part of it: the place stands for it.
        let place = index?.description ?? ""
        let salt = RandomBytes.make(DisclosureRequest.saltBytes)
        let request = DisclosureRequest(
            requester: own.description, application: asker.application,
            department: own.institution.text, officer: secrets.officer(asker.officer),
            subject: secrets.subject(place, kind: kind, provider: own, purpose: use.purpose),
            provider: own.description, kind: kind,
            referenceCommitment: DisclosureRequest.commitment(
                salt: salt, kind: kind, reference: place), items: use.items,
            purpose: use.purpose, serviceItem: use.serviceItem, caseNumber: asker.caseNumber,
            madeAtUnixNanoseconds: now.unixNanoseconds,
            nonce: RandomBytes.make(DisclosureRequest.nonceBytes))
        var access = AccessRecord(
            request,
            signature: EvidenceSignature.request.sign(request.ticket.bytes, with: key),
            permission: nil, index: index?.digest, outcome: outcome)
        access?.mode = use.mode
        if outcome.refusal == nil { access?.basis = .statutoryDuty }
        return access
    }

    /// Asker and keeper are one: the receipt goes beside the entry at once.
    private func acknowledge(_ logged: LoggedAccess) {
        let receipt = AccessReceipt(for: logged.leafHash, signedBy: key)
        _ = ledger.submit { _ in
            LedgerTurn(
                [.receipt(sequence: logged.entry.sequence, signature: receipt.signature)]
            ) { _ in }
        }
    }
}

extension LicenceFailure {
    /// Its stable code, as the log has it.
    var code: String {
        switch self {
        case .rule(let code): code.rawValue
        case .other(let failure): failure.code.rawValue
        }
    }

    /// The refusal as an outcome; nil only for a code that could not stand in the log.
    var outcome: AccessRecord.Outcome? { (try? AccessCode(code)).map { .refused($0) } }
}
