// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import TestSupport

/// What simulated cities let leave, and what they ask of each other.
enum SimulatedPolicy {
    static let cap: UInt32 = 9
    private static let department = "11330100002489559P"

    static func grantID(_ asker: Int) -> String { "grant-\(asker)" }

    /// Each other city may see months and status, so many a day.
    static func policy(of place: Int) throws -> DisclosurePolicy {
        let provider = try SampleFederation.id(at: place)
        let grants = try (0..<SimulatedDisclosures.cities).filter { $0 != place }.map { asker in
            Grant(
                id: grantID(asker), resource: RecordSchema.fundAccount.kind, items: ["GRZHZT"],
                predicates: ["SixMconFlag"], provider: provider,
                requester: Grant.Requester(
                    member: try SampleFederation.id(at: asker), department: department,
                    application: "loan-desk"),
                serviceItems: ["LOAN-01"], purpose: "housing-loan", basis: .statutoryDuty,
                legalReference: "262-26", impactAssessment: "PIA-1", mode: .fields,
                dailyCap: cap, validFrom: PolicyDay("20260101") ?? PolicyDay(.unixEpoch),
                validUntil: PolicyDay("20291231") ?? PolicyDay(.unixEpoch),
                approvedBy: ["bureau"], status: .active)
        }
        return try DisclosurePolicy(
            provider: provider,
            resources: [SharedResource(RecordSchema.fundAccount, shareClass: .conditional)],
            grants: grants)
    }

    /// A request that is granted, or one that is not: for another field, purpose or desk.
    static func request(
        from asker: Int, to provider: Int, serial: UInt64, at now: Timestamp,
        _ random: inout SplitMix
    ) throws -> DisclosureRequest {
        let kind = RecordSchema.fundAccount.kind
        let trick = random.next() % 8
        let salt = [UInt8](repeating: 1, count: DisclosureRequest.saltBytes)
        var nonce: [UInt8] = []
        for shift in 0..<16 { nonce.append(UInt8(truncatingIfNeeded: serial >> (shift * 4))) }
        return DisclosureRequest(
            requester: try SampleFederation.id(at: asker).description,
            application: trick == 0 ? "other-desk" : "loan-desk", department: department,
            provider: try SampleFederation.id(at: provider).description, kind: kind,
            referenceCommitment: DisclosureRequest.commitment(
                salt: salt, kind: kind, reference: "\(random.next() % 5)"),
            items: trick == 1 ? ["XingMing"] : [],
            predicates: [PredicateQuestion(id: "SixMconFlag")],
            purpose: trick == 2 ? "curiosity" : "housing-loan", serviceItem: "LOAN-01",
            caseNumber: "case-\(serial)", maxAgeNanoseconds: 60 * World.second,
            madeAtUnixNanoseconds: now.unixNanoseconds, nonce: nonce)
    }
}
