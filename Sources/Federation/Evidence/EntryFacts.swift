// SPDX-License-Identifier: Apache-2.0

import LightClient

extension AccessRecord {
    /// Name of the first fact in which this entry says something else than the signed request that
    /// it is about; nil where it says the same. An entry that names another officer, purpose or
    /// field than were asked for hides the access from whoever searches the log.
    /// Source: FORMATS.md "How a bundle is verified", step 5.
    ///
    /// - Parameter signature: the asker's, over the request's ticket.
    public func difference(
        from request: DisclosureRequest, signature: [UInt8]
    ) -> String? {
        let consent =
            request.consent.isEmpty ? nil : SHA256.hash(Array(request.consent.utf8))
        var predicates: [String] = []
        for predicate in request.predicates {
            predicates.append(predicate.id + (predicate.atLeast.map { ":\($0)" } ?? ""))
        }
        let facts: [(String, Bool)] = [
            ("ticket", ticket == request.ticket),
            ("provider", Self.same([provider.description], [request.provider])),
            ("requester", Self.same([requester.member.description], [request.requester])),
            ("request signature", requestSignature == signature),
            ("resource", Self.same([resource.text], [request.kind])),
            ("department", Self.same([requester.department.text], [request.department])),
            ("application", Self.same([requester.application.text], [request.application])),
            ("officer", requester.officer.digest == request.officer),
            ("items", Self.same(items.map(\.text), request.items)),
            ("predicates", Self.same(self.predicates.map(\.text), predicates)),
            ("subject", subject.digest == request.subject),
            ("purpose", Self.same([purpose.text], [request.purpose])),
            ("service item", Self.same([serviceItem.text], [request.serviceItem])),
            ("case number", Self.same([caseNumber.text], [request.caseNumber])),
            ("consent", self.consent?.digest == consent),
        ]
        return facts.first { !$0.1 }?.0
    }

    /// By bytes: Swift compares texts by letters, and other programs do not.
    private static func same(_ first: [String], _ second: [String]) -> Bool {
        first.map { Array($0.utf8) } == second.map { Array($0.utf8) }
    }
}
