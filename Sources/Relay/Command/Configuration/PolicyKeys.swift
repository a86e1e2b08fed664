// SPDX-License-Identifier: Apache-2.0

import Federation

/// The keys of a city's disclosure policy.
enum PolicyKeys {
    static let resources = ConfigurationKey(
        "resources", .sections, .required,
        "The kinds of record that the city keeps, with their sharing type. A kind that is not here is "
            + "unknown to whoever asks.")
    static let grants = ConfigurationKey(
        "grants", .sections, .required,
        "Who may ask for what. Where no grant says yes, the answer is no.")
    static let root = ConfigurationSection(
        "",
        "What of its records a city lets leave, named by `records.policy`. Read at start.",
        [resources, grants])

    // resources[]
    static let kind = ConfigurationKey(
        "kind", .text, example: "fund-account", "Name of the kind, as questions have it.")
    static let share = ConfigurationKey(
        "share", .choice(SharedResource.ShareClass.allCases.map(\.rawValue)),
        example: "conditional",
        "Sharing type of the catalogue: 无条件共享, 有条件共享 or 不予共享.")
    static let items = ConfigurationKey(
        "items", .sections, .optional,
        "Fields of the kind. Absent: those of the built-in schema of that kind.")
    static let kindPredicates = ConfigurationKey(
        "predicates", .list("names"), .optional, example: "[inForce]",
        "Yes-or-no questions that the record office answers; with `items` alone.")
    static let resource = ConfigurationSection(
        "resources[]", "", [kind, share, items, kindPredicates])

    // resources[].items[]
    static let itemID = ConfigurationKey("id", .text, example: "GRZHZT", "Name of the field.")
    static let sensitivity = ConfigurationKey(
        "sensitivity", .integer, example: "3",
        "1 (public) to 4; from 3 on a predicate is offered before the field.")
    static let disclosure = ConfigurationKey(
        "disclosure", .choice(SharedResource.Disclosure.allCases.map(\.rawValue)),
        .standard("on-request"), "How the field may leave at all.")
    static let itemPredicates = ConfigurationKey(
        "predicates", .list("names"), .optional, example: "[monthsGE]",
        "Predicates that often do instead of the value.")
    static let item = ConfigurationSection(
        "resources[].items[]", "", [itemID, sensitivity, disclosure, itemPredicates])

    // grants[]
    static let grantID = ConfigurationKey(
        "id", .text, example: "beijing-loans-2026", "Names the grant in logs and answers.")
    static let grantResource = ConfigurationKey(
        "resource", .text, example: "fund-account", "The kind of record.")
    static let mode = ConfigurationKey(
        "mode", .choice(Grant.Mode.allCases.map(\.rawValue)),
        example: "fields",
        "The most that may leave: answers to predicates; those and the fields in `items`; those and "
            + "every field that may leave.")
    static let grantItems = ConfigurationKey(
        "items", .list("names"), .optional, example: "[GRZHZT]",
        "Fields that may be disclosed, in mode `fields`.")
    static let grantPredicates = ConfigurationKey(
        "predicates", .list("names"), .optional, example: "[monthsGE]",
        "Predicates that may be answered.")
    static let requester = ConfigurationKey(
        "requester", .code, example: "\"110000/110000000000000\"", "The member that may ask.")
    static let department = ConfigurationKey(
        "department", .code, .optional, example: "\"12110000TEXT000175\"",
        "Unified social credit code of the department that may ask. Absent: any of the member.")
    static let application = ConfigurationKey(
        "application", .text, .optional, example: "loan-desk",
        "The application that may ask. Absent: any of the member.")
    static let serviceItems = ConfigurationKey(
        "service_items", .list("codes"), example: "[\"110000-LOAN-01\"]",
        "Service items whose cases may ask; at least one.")
    static let purpose = ConfigurationKey(
        "purpose", .text, example: "housing-loan", "The purpose that a request must name.")
    static let basis = ConfigurationKey(
        "basis", .choice(Grant.Basis.allCases.map(\.rawValue)),
        example: "statutory-duty",
        "Why the law allows it (PIPL article 13). With `consent` every request names the consent.")
    static let legalReference = ConfigurationKey(
        "legal_reference", .text, example: "\"Order 262 article 26\"",
        "The law or agreement that the basis refers to.")
    static let impactAssessment = ConfigurationKey(
        "impact_assessment", .text, example: "PIA-2026-001",
        "The impact assessment made before providing (PIPL article 55).")
    static let dailyCap = ConfigurationKey(
        "daily_cap", .integer, example: "500", "Releases in one day (UTC+8), 1 to 1000000.")
    static let validFrom = ConfigurationKey(
        "valid_from", .code, example: "\"20260101\"", "First day, `YYYYMMDD`, UTC+8.")
    static let validUntil = ConfigurationKey(
        "valid_until", .code, example: "\"20261231\"", "Last day, written in the same way.")
    static let approvedBy = ConfigurationKey(
        "approved_by", .list("texts"), example: "[330100-data-bureau]",
        "Who approved it; at least one.")
    static let status = ConfigurationKey(
        "status", .choice(Grant.Status.allCases.map(\.rawValue)), .standard("active"),
        "Only an active grant opens anything.")
    static let presentation = ConfigurationKey(
        "presentation", .choice(Grant.Presentation.allCases.map(\.rawValue)),
        .standard("optional"),
        "Whether the asking relay must have used up a use-code (用证码) for the request: none needed, "
            + "any, one that the holder has shown.")
    static let grant = ConfigurationSection(
        "grants[]", "",
        [
            grantID, grantResource, mode, grantItems, grantPredicates, requester, department,
            application, serviceItems, purpose, basis, legalReference, impactAssessment, dailyCap,
            validFrom, validUntil, approvedBy, status, presentation,
        ])

    static let sections = [root, resource, item, grant]
}
