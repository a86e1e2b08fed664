// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient

/// What a city's relay needs to ask for proofs and to answer: its evidence key, the office that
/// keeps the records, and what the city lets the others ask.
struct Records {
    let city: City
    let others: [City]

    static let purpose = "housing-loan"

    /// Ed25519 seed of the city's evidence key.
    static func seed(_ city: City) -> [UInt8] {
        TestKeys.scalar(role: "evidence", code: city.code)
    }

    /// As topologies and manifests write it.
    static func publicKey(_ city: City) throws -> String {
        let key = try SigningKey.ed25519(seed: seed(city))
        return "ed25519:\(Hex.encode(key.publicKey.bytes))"
    }

    /// The service item whose cases a city's loan desk handles.
    static func serviceItem(_ city: City) -> String { "\(city.code)-LOAN-01" }

    /// The unified social credit code of a city's loan department: the synthetic organisation
    /// TEXT0001, its check character found by trying.
    static func department(_ city: City) -> String {
        let candidates = "0123456789ABCDEFGHJKLMNPQRTUWXY".map { "12\(city.code)TEXT00017\($0)" }
        return candidates.first { (try? SocialCreditCode($0)) != nil } ?? ""
    }

    /// The section of the relay's configuration; `folder` holds the files that it names.
    func section(folder: String) -> String {
        """
        records:
          evidence_key_file: \(folder)/evidence.key
          office: http://127.0.0.1:\(city.officePort)
          policy: \(folder)/policy.yaml
          sender_key_file: \(folder)/bureau.key
          licence_applications: [licence-hall]

        """
    }

    /// The city's disclosure policy: each other city's loan desk may ask about accounts and
    /// licences; marriages need the person's consent; points are not shared at all.
    var policy: String {
        """
        resources:
          - {kind: fund-account, share: conditional}
          - {kind: licence, share: conditional}
          - {kind: drivers-licence, share: conditional}
          - {kind: marriage, share: conditional}
          - {kind: resident-points, share: none}
        grants:

        """ + others.map(grants).joined()
    }

    private func grants(to other: City) -> String {
        grant(
            "accounts", "fund-account", "fields",
            "items: [GRZHZT, JZNY]\n    predicates: [SixMconFlag, monthsGE, noUnsettledLoan]",
            basis: "statutory-duty", other)
            + grant(
                "licences", "licence", "fields",
                "items: [certificate_name]\n    predicates: [inForce]", basis: "statutory-duty",
                other)
            + grant(
                "drivers", "drivers-licence", "predicate", "predicates: [includesC1]",
                basis: "statutory-duty", other)
            + grant(
                "marriages", "marriage", "predicate", "predicates: [married]", basis: "consent",
                other)
    }

    private func grant(
        _ id: String, _ kind: String, _ mode: String, _ what: String, basis: String, _ other: City
    ) -> String {
        """
          - id: \(id)-\(other.code)
            resource: \(kind)
            mode: \(mode)
            \(what)
            requester: "\(other.member)"
            department: "\(Records.department(other))"
            application: \(Application.Name.loanDesk.rawValue)
            service_items: ["\(Records.serviceItem(other))"]
            purpose: \(Records.purpose)
            basis: \(basis)
            legal_reference: Order-262-26
            impact_assessment: PIA-2026-001
            daily_cap: 1000
            valid_from: "20260101"
            valid_until: "20991231"
            approved_by: ["\(city.code)-data-bureau"]

        """
    }
}
