// SPDX-License-Identifier: Apache-2.0

import LightClient

extension NodeMethods {
    var searchMethods: [String: RPCMethod] {
        let order = [Parameter("order_by", .string)]
        return [
            "tx_search": RPCMethod(
                [Parameter("query", .string), Parameter("prove", .bool)]
                    + NodeMethods.pageParameters + order
            ) { arguments throws(RPCError) in
                let query = try NodeMethods.query(arguments)
                var found = chain.transactions(matching: query)
                if try NodeMethods.isDescending(arguments, byDefault: false) { found.reverse() }
                let range = try Paging.range(
                    page: arguments.integer("page"), perPage: arguments.integer("per_page"),
                    total: found.count)
                let shown = found[range].map {
                    transaction($0, prove: arguments.bool("prove"))
                }
                return ["txs": .array(shown), "total_count": .text(found.count)]
            },
            "block_search": RPCMethod(
                [Parameter("query", .string)] + NodeMethods.pageParameters + order
            ) { arguments throws(RPCError) in
                let query = try NodeMethods.query(arguments)
                var found = chain.blocks(matching: query)
                if try NodeMethods.isDescending(arguments, byDefault: true) { found.reverse() }
                let range = try Paging.range(
                    page: arguments.integer("page"), perPage: arguments.integer("per_page"),
                    total: found.count)
                let shown = found[range].compactMap { chain.block(at: $0) }
                return [
                    "blocks": .array(shown.map(NodeMethods.block)),
                    "total_count": .text(found.count),
                ]
            },
        ]
    }

    private static func query(_ arguments: RPCArguments) throws(RPCError) -> EventQuery {
        let text = arguments.string("query")
        guard text.count <= Subscriptions.queryLimit else {
            throw .internal("maximum query length exceeded")
        }
        do throws(EventQuery.SyntaxError) {
            return try EventQuery(text)
        } catch {
            throw .internal(error.message)
        }
    }

    private static func isDescending(
        _ arguments: RPCArguments, byDefault: Bool
    ) throws(RPCError) -> Bool {
        switch arguments.string("order_by") {
        case "asc": false
        case "desc": true
        case "": byDefault
        default:
            throw .internal("expected order_by to be either `asc` or `desc` or empty")
        }
    }
}
