// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

@Suite struct `A grant that is not complete is no grant` {
    typealias Sample = PolicySample

    private func fault(
        _ resources: [SharedResource] = [Sample.fund, Sample.points], _ grants: [Grant]
    ) -> PolicyFault? {
        do throws(PolicyFault) {
            _ = try DisclosurePolicy(
                provider: Sample.hangzhou, resources: resources, grants: grants)
            return nil
        } catch {
            #expect(!error.problem.isEmpty && !error.remedy.isEmpty)
            return error
        }
    }

    static let faults: [(name: String, fault: PolicyFault)] = [
        ("resource", .unknownResource(grant: "g-1", resource: "marriage")),
        ("not shared", .notShared(grant: "g-1", resource: "personal-points")),
        ("item", .unknownItem(grant: "g-1", item: "salary")),
        ("closed", .closedItem(grant: "g-1", item: "ZJHM")),
        ("predicate only", .closedItem(grant: "g-1", item: "LoanNum")),
        ("predicate", .unknownGrantedPredicate(grant: "g-1", predicate: "rich")),
        ("mode", .itemsWithoutFields(grant: "g-1")), ("nothing", .nothingGranted(grant: "g-1")),
        ("service", .noServiceItem(grant: "g-1")), ("approval", .noApproval(grant: "g-1")),
        ("assessment", .noImpactAssessment(grant: "g-1")),
        ("law", .noLegalReference(grant: "g-1")), ("cap", .dailyCap(grant: "g-1", got: 0)),
        ("validity", .validity(grant: "g-1")), ("name", .badName("a b")),
        ("provider", .otherProvider(grant: "g-1", provider: "110000/110000000000000")),
        ("many", .tooMany(grant: "g-1", limit: 64)),
    ]

    @Test(arguments: faults)
    func `each fault is named`(_ expected: (name: String, fault: PolicyFault)) {
        let grant = Sample.grant { grant in
            switch expected.name {
            case "resource": grant.resource = "marriage"
            case "not shared": grant.resource = "personal-points"
            case "item": grant.items = ["salary"]
            case "closed": grant.items = ["ZJHM"]
            case "predicate only": grant.items = ["LoanNum"]
            case "predicate": grant.predicates = ["rich"]
            case "mode": grant.mode = .record
            case "nothing":
                grant.items = []
                grant.predicates = []
            case "service": grant.serviceItems = []
            case "approval": grant.approvedBy = []
            case "assessment": grant.impactAssessment = ""
            case "law": grant.legalReference = ""
            case "cap": grant.dailyCap = 0
            case "validity": grant.validUntil = Sample.day("20251231")
            case "name": grant.purpose = "a b"
            case "provider": grant.provider = Sample.beijing
            default: grant.serviceItems = (0...64).map { "S\($0)" }
            }
        }
        #expect(fault([Sample.fund, Sample.points], [grant]) == expected.fault)
    }

    @Test func `two grants of one name are one too many`() {
        #expect(fault([Sample.fund], [Sample.grant(), Sample.grant()]) == .duplicateGrant("g-1"))
        #expect(fault([Sample.fund], [Sample.grant(), Sample.grant(id: "g-2")]) == nil)
    }

    @Test func `a catalogue is checked too`() {
        var twice = Sample.fund
        twice.items.append(twice.items[0])
        #expect(
            fault([twice], [])
                == .duplicateItem(kind: "provident-fund-account", item: "GRZHZT"))
        #expect(
            fault([Sample.fund, Sample.fund], []) == .duplicateKind("provident-fund-account"))
        var bad = Sample.fund
        bad.items[0].sensitivity = 5
        #expect(fault([bad], []) == .sensitivity(item: "GRZHZT", got: 5))
        bad = Sample.fund
        bad.items[0].predicates = ["rich"]
        #expect(fault([bad], []) == .unknownPredicate(item: "GRZHZT", predicate: "rich"))
    }

    @Test func `every part of a grant is in its digest`() {
        let changes: [(inout Grant) -> Void] = [
            { $0.id = "x" }, { $0.resource = "x" }, { $0.items = ["x"] },
            { $0.predicates = ["x"] }, { $0.provider = Sample.beijing },
            { $0.requester.member = Sample.hangzhou }, { $0.requester.department = nil },
            { $0.requester.application = nil }, { $0.serviceItems = ["x"] },
            { $0.purpose = "x" }, { $0.basis = .consent }, { $0.legalReference = "x" },
            { $0.impactAssessment = "x" }, { $0.mode = .record }, { $0.dailyCap = 4 },
            { $0.validFrom = Sample.day("20260102") }, { $0.validUntil = Sample.day("20260102") },
            { $0.approvedBy = ["x"] }, { $0.status = .draft },
        ]
        let digests = changes.map { Sample.grant(change: $0).digest }
        #expect(Set(digests + [Sample.grant().digest]).count == changes.count + 1)
    }
}
