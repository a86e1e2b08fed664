// SPDX-License-Identifier: Apache-2.0

import RelayAPI

/// `console link`: a one-time link to the console, for a browser without a certificate.
enum ConsoleLinkCommand {
    static let name = CommandOption(
        "name", value: "NAME",
        "Who it is for; kept as `link:NAME` with whatever is done after the login.")
    static let role = CommandOption(
        "role", value: "ROLE", choices: ["observer", "operator"],
        "What the login may do; observer where none is given.")

    static let command = Command(
        "console link", "Print a link that opens the console once",
        discussion:
            "For a browser that has no certificate. The link opens one session of eight\n"
            + "hours and must be used within two minutes. Needs `login: link` in section\n"
            + "`api`, and the relay's own key: whoever may read that runs this machine.",
        options: [StoreAccess.config, name, role]
    ) { arguments, console in
        guard let person = arguments.value(name) else {
            throw ArgumentError.missingValue("--name")
        }
        return try OperationsAccess.run(arguments, &console) { access, console in
            guard let api = access.loaded?.relay?.api, api.takesLinks else {
                throw RelayCaller.Problem(
                    code: "console/links-not-taken",
                    message: "this relay takes no login by link",
                    next: "Set `login: link` in section `api` and start the relay again, or open "
                        + "the console with your certificate.")
            }
            let link: ConsoleLink = try access.running().post(
                ConsoleService.linksPath,
                ConsoleLinkRequest(name: person, role: arguments.value(role) ?? "observer"))
            let url = "https://\(api.listen)\(link.path)"
            if arguments.isJSON {
                console.print(
                    .object([("url", .string(url)), ("seconds", .integer(link.seconds))]))
            } else {
                console.print(url)
            }
            return .success
        }
    }
}
