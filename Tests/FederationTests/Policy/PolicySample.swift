// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Hangzhou's fund centre and what it lets Beijing's housing office ask: synthetic, as everything
/// here.
enum PolicySample {
    static let hangzhou = member("330100", "330100000000000")
    static let beijing = member("110000", "110000000000000")
    static let department = "12110000TEXT000175"
    static let noon = Timestamp(seconds: 1_782_964_800) ?? .unixEpoch  // 2026-07-02T04:00Z

    static func member(_ division: String, _ institution: String) -> MemberID {
        MemberID("\(division)/\(institution)") ?? absent
    }

    private static var absent: MemberID { preconditionFailure("the sample's codes are good") }

    static let fund = SharedResource(
        kind: "provident-fund-account", shareClass: .conditional,
        items: [
            SharedResource.Item(id: "GRZHZT", sensitivity: 2, disclosure: .onRequest),
            SharedResource.Item(
                id: "GRZHYE", sensitivity: 3, disclosure: .onRequest,
                predicates: ["noUnsettledLoan"]),
            SharedResource.Item(id: "ZJHM", sensitivity: 4, disclosure: .never),
            SharedResource.Item(id: "LoanNum", sensitivity: 3, disclosure: .predicateOnly),
        ],
        predicates: ["SixMconFlag", "monthsGE", "noUnsettledLoan"])

    static let points = SharedResource(
        kind: "personal-points", shareClass: .none,
        items: [SharedResource.Item(id: "points", sensitivity: 2, disclosure: .always)],
        predicates: [])

    static func grant(
        id: String = "g-1", change: (inout Grant) -> Void = { _ in }
    ) -> Grant {
        var grant = Grant(
            id: id, resource: "provident-fund-account", items: ["GRZHZT", "GRZHYE"],
            predicates: ["SixMconFlag", "monthsGE"], provider: hangzhou,
            requester: Grant.Requester(
                member: beijing, department: department, application: "loan-desk"),
            serviceItems: ["110000-LOAN-01"], purpose: "housing-loan", basis: .statutoryDuty,
            legalReference: "Order 262 article 26", impactAssessment: "PIA-2026-001",
            mode: .fields, dailyCap: 3, validFrom: day("20260101"), validUntil: day("20261231"),
            approvedBy: ["330100-data-bureau"], status: .active)
        change(&grant)
        return grant
    }

    static func day(_ text: String) -> PolicyDay { PolicyDay(text) ?? PolicyDay(.unixEpoch) }

    static func policy(_ grants: [Grant]) throws -> DisclosurePolicy {
        try DisclosurePolicy(provider: hangzhou, resources: [fund, points], grants: grants)
    }

    static func question(
        change: (inout PolicyQuestion) -> Void = { _ in }
    ) -> PolicyQuestion {
        var question = PolicyQuestion(
            requester: beijing, department: department, application: "loan-desk",
            kind: "provident-fund-account", items: ["GRZHZT"],
            predicates: [PredicateQuestion(id: "monthsGE", atLeast: 6)], purpose: "housing-loan",
            serviceItem: "110000-LOAN-01")
        change(&question)
        return question
    }
}
