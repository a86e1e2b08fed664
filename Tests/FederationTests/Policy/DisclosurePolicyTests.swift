// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

@Suite struct `A city decides who may ask` {
    typealias Sample = PolicySample

    private func code(
        _ grants: [Grant], state: PolicyState = PolicyState(), now: Timestamp = Sample.noon,
        change: (inout PolicyQuestion) -> Void = { _ in }
    ) throws -> CounterCode? {
        let decision = try Sample.policy(grants).decide(
            Sample.question(change: change), state: state, now: now)
        guard case .refuse(let refusal) = decision else { return nil }
        #expect(!refusal.detail.isEmpty)
        return refusal.code
    }

    @Test func `the answer without a grant is no`() throws {
        #expect(try code([]) == .policyNoGrant)
        let nothing = DisclosurePolicy(nothingFrom: Sample.hangzhou)
        let decision = nothing.decide(Sample.question(), state: PolicyState(), now: Sample.noon)
        #expect(decision == .refuse(.unknownKind("provident-fund-account")))
    }

    @Test func `a grant that fits releases what was asked and no more`() throws {
        let grant = Sample.grant()
        let decision = try Sample.policy([grant]).decide(
            Sample.question(), state: PolicyState(), now: Sample.noon)
        guard case .release(let permission) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(permission.grant == grant)
        #expect(permission.items == ["GRZHZT"])
        #expect(permission.predicates == [PredicateQuestion(id: "monthsGE", atLeast: 6)])
        #expect(permission.needsNotice)
    }

    static let changes: [(name: String, code: CounterCode)] = [
        ("kind", .policyUnknownKind), ("points", .policyNotShared),
        ("unknown item", .policyUnknownField), ("unknown predicate", .policyUnknownField),
        ("member", .policyNoGrant), ("department", .policyNoGrant),
        ("application", .policyNoGrant), ("purpose", .policyPurposeMismatch),
        ("service item", .policyServiceItemMismatch), ("closed item", .policyFieldNotGranted),
        ("predicate only", .policyFieldNotGranted),
        ("other predicate", .policyPredicateNotGranted), ("nothing", .requestMalformed),
        ("sensitive", .policyPredicateFirst),
    ]

    @Test(arguments: changes)
    func `one thing that differs from the grant is refused by its own code`(
        _ change: (name: String, code: CounterCode)
    ) throws {
        let got = try code([Sample.grant()]) { question in
            switch change.name {
            case "kind": question.kind = "marriage"
            case "points":
                question.kind = "personal-points"
                question.items = ["points"]
            case "unknown item": question.items = ["salary"]
            case "unknown predicate": question.predicates = [PredicateQuestion(id: "rich")]
            case "member": question.requester = Sample.hangzhou
            case "department": question.department = "12431300TEXT00017D"
            case "application": question.application = "other-desk"
            case "purpose": question.purpose = "curiosity"
            case "service item": question.serviceItem = "110000-LOAN-99"
            case "closed item": question.items = ["GRZHZT", "ZJHM"]
            case "predicate only": question.items = ["LoanNum"]
            case "other predicate":
                question.predicates = [PredicateQuestion(id: "noUnsettledLoan")]
            case "nothing":
                question.items = []
                question.predicates = []
            default: question.items = ["GRZHYE"]
            }
        }
        #expect(got == change.code)
    }

    @Test func `a reason opens a sensitive field that is granted`() throws {
        #expect(
            try code([Sample.grant()]) {
                $0.items = ["GRZHYE"]
                $0.fieldReason = .valueRequired
            } == nil)
    }

    @Test func `a grant holds from its first day to the end of its last in China's time`() throws {
        let grants = [Sample.grant()]
        let first = Sample.day("20260101").start
        let after = Sample.day("20270101").start
        #expect(try code(grants, now: first) == nil)
        #expect(try code(grants, now: first.adding(nanoseconds: -1)) == .policyGrantNotYetValid)
        #expect(try code(grants, now: after.adding(nanoseconds: -1)) == nil)
        #expect(try code(grants, now: after) == .policyExpiredGrant)
    }

    @Test func `the cap is the last release of the day`() throws {
        let grants = [Sample.grant()]
        #expect(try code(grants, state: PolicyState(usedToday: ["g-1": 2])) == nil)
        #expect(try code(grants, state: PolicyState(usedToday: ["g-1": 3])) == .policyCapReached)
    }

    @Test(arguments: [Grant.Status.draft, .suspended, .revoked])
    func `a grant that is not active opens nothing`(_ status: Grant.Status) throws {
        #expect(try code([Sample.grant { $0.status = status }]) == .policyGrantNotActive)
    }

    @Test func `a consent that was taken back refuses the next request`() throws {
        let grants = [Sample.grant { $0.basis = .consent }]
        #expect(try code(grants) == .policyConsentMissing)
        #expect(try code(grants) { $0.consent = "c-1" } == nil)
        let withdrawn = PolicyState(withdrawnConsents: ["c-1"])
        #expect(
            try code(grants, state: withdrawn) { $0.consent = "c-1" } == .policyConsentWithdrawn)
        #expect(try code(grants, state: withdrawn) { $0.consent = "c-2" } == nil)
    }

    @Test func `a grant may need a use-code, of the holder or of anybody`() throws {
        let holder = PresentationCode.Mode.holder, officer = PresentationCode.Mode.inspection
        let cases: [(Grant.Presentation, PresentationCode.Mode?, CounterCode?)] = [
            (.optional, nil, nil), (.optional, holder, nil),
            (.required, nil, .policyPresentationMissing), (.required, holder, nil),
            (.required, officer, nil), (.holder, nil, .policyPresentationMissing),
            (.holder, holder, nil), (.holder, officer, .policyPresentationMissing),
        ]
        for (rule, mode, refusal) in cases {
            let grants = [Sample.grant { $0.presentation = rule }]
            #expect(try code(grants) { $0.presentation = mode } == refusal, "\(rule)")
        }
        // Grants are named by their digest: one that needs no code is the one that it was.
        let digests = Grant.Presentation.allCases.map { rule in
            Sample.grant { $0.presentation = rule }.digest
        }
        #expect(Set(digests).count == 3 && digests[0] == Sample.grant().digest)
    }

    @Test func `what a request says of its use-code is signed, and of three forms`() throws {
        for (word, mode) in [
            ("", nil), ("holder", PresentationCode.Mode.holder), ("inspection", .inspection),
        ] {
            var request = DisclosureRequest(
                requester: Sample.beijing.description, application: "loan-desk",
                department: Sample.department, provider: Sample.hangzhou.description,
                kind: "licence", items: ["a"], purpose: "housing-loan",
                serviceItem: "110000-LOAN-01", caseNumber: "C-1", maxAgeNanoseconds: 1,
                nonce: [UInt8](repeating: 1, count: DisclosureRequest.nonceBytes))
            let before = request.ticket
            request.presentation = word
            #expect(try DisclosureRequest(reading: request.encoded) == request)
            #expect((request.ticket == before) == word.isEmpty)
            #expect(request.question?.presentation == mode)
            request.presentation = word + "s"
            #expect(request.question == nil)
        }
    }

    @Test func `of several grants that do not fit the nearest is told`() throws {
        let far = Sample.grant(id: "g-far") { $0.status = .revoked }
        let near = Sample.grant(id: "g-near") { $0.dailyCap = 1 }
        let used = PolicyState(usedToday: ["g-near": 1])
        #expect(try code([far, near], state: used) == .policyCapReached)
        #expect(try code([near, far], state: used) == .policyCapReached)
        #expect(try code([far, near]) == nil)
    }

    @Test func `a predicate grant never gives a value`() throws {
        let grant = Sample.grant {
            $0.mode = .predicate
            $0.items = []
        }
        #expect(try code([grant]) == .policyFieldNotGranted)
        #expect(try code([grant]) { $0.items = [] } == nil)
    }

    @Test func `a record grant gives every field that its catalogue lets leave`() throws {
        let grant = Sample.grant {
            $0.mode = .record
            $0.items = []
        }
        #expect(try code([grant]) == nil)
        #expect(try code([grant]) { $0.items = ["ZJHM"] } == .policyFieldNotGranted)
        #expect(try code([grant]) { $0.items = ["LoanNum"] } == .policyFieldNotGranted)
    }

    @Test func `a city is told which kinds it may ask for`() throws {
        let policy = try Sample.policy([
            Sample.grant(), Sample.grant(id: "g-2") { $0.status = .suspended },
        ])
        let offers = policy.offers(to: Sample.beijing, now: Sample.noon)
        #expect(offers.map(\.kind) == ["provident-fund-account"])
        #expect(offers.map(\.items) == [["GRZHZT", "GRZHYE"]])
        #expect(policy.offers(to: Sample.hangzhou, now: Sample.noon).isEmpty)
    }
}
