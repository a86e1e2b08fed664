// SPDX-License-Identifier: Apache-2.0

extension APIError {
    /// A query of a list of letters that is not in form: the door's own code, with what a clerk
    /// can say.
    static func letterQuery(_ name: String, _ expected: String, _ chinese: String) -> APIError {
        var error = malformedQuery(name, expected)
        error.details["counterChinese"] = "查询条件 \(name) 应为\(chinese)。"
        return error
    }
}

extension APIRequest {
    /// A switch of a query; false where it is absent.
    func flag(_ name: String) throws(APIError) -> Bool {
        switch query(name) {
        case nil, "false": return false
        case "true": return true
        default: throw .letterQuery(name, "true or false", " true 或 false")
        }
    }
}
