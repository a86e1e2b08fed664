// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayCommand
import RelayLaboratory
import TestSupport
import Testing

@Suite struct ArgumentsTests {
    static let config = CommandOption("config", short: "c", value: "FILE", "A file.")
    static let state = CommandOption(
        "state", value: "STATE", isRepeatable: true, choices: ["open", "parked"], "A state.")
    static let all = CommandOption("all", "All of them.")
    static let limit = CommandOption("limit", value: "N", "How many.")
    static let command = Command(
        "thing show", "Show a thing",
        operands: [
            CommandOperand("NAME", "Its name."),
            CommandOperand("COLOUR", isRequired: false, choices: ["red", "blue"], "Its colour."),
        ], options: [config, state, all, limit]
    ) { arguments, console in
        console.print("shown \(arguments.operands.joined(separator: " "))")
        return .success
    }

    private func parse(_ words: String) throws(ArgumentError) -> Arguments {
        try Arguments(words.split(separator: " ").map(String.init), for: Self.command)
    }

    @Test func `options stand anywhere, in either form, and operands keep their order`() throws {
        for words in [
            "x red --config a.yaml --all --state open --state parked --json",
            "--config=a.yaml x --state=open --all --json red --state parked",
            "-c a.yaml --json --state open --state parked --all -- x red",
        ] {
            let arguments = try parse(words)
            #expect(arguments.operands == ["x", "red"])
            #expect(arguments.value(Self.config) == "a.yaml")
            #expect(arguments.values(Self.state) == ["open", "parked"])
            #expect(arguments.has(Self.all) && arguments.isJSON && !arguments.isHelp)
        }
        #expect(try parse("-- --all").operands == ["--all"])
        #expect(try parse("-").operands == ["-"])
        #expect(try parse("--config= x").value(Self.config) == "")
    }

    @Test(arguments: [
        (words: "x --colour red", error: ArgumentError.unknownOption("--colour", suggestion: nil)),
        (words: "x --confg a", error: .unknownOption("--confg", suggestion: "--config")),
        (words: "x -z", error: .unknownOption("-z", suggestion: nil)),
        (words: "x --config", error: .missingValue("--config")),
        (words: "x --all=yes", error: .unexpectedValue("--all")),
        (words: "x -c a -c b", error: .repeated("-c")),
        (words: "", error: .missingOperand("NAME")),
        (words: "x red y", error: .unexpectedOperand("y")),
        (
            words: "x green",
            error: .badValue(option: "COLOUR", value: "green", expected: "one of red, blue")
        ),
        (
            words: "x --state stuck",
            error: .badValue(option: "--state", value: "stuck", expected: "one of open, parked")
        ),
    ])
    func `a wrong command line is told with its reason`(words: String, error: ArgumentError) {
        #expect(throws: error) { _ = try parse(words) }
        #expect(!error.message.isEmpty)
    }

    @Test func `numbers keep to their bounds`() throws {
        #expect(try parse("x --limit 7").number(Self.limit, in: 1...10) == 7)
        #expect(try parse("x").number(Self.limit, in: 1...10) == nil)
        for wrong in ["0", "11", "-1", "1.5", "", "9999999999999999999999"] {
            #expect(throws: ArgumentError.self) {
                try parse("x --limit=\(wrong)").number(Self.limit, in: 1...10)
            }
        }
    }

    private static let tree = CommandTree(
        program: "tool", summary: "tool: for a test",
        commands: [command, Command("thing list", "List things") { _, _ in .negative }])

    private func run(_ words: String) -> (
        status: RelayCommand.ExitStatus, output: String, errors: String
    ) {
        var console = Console(now: .unixEpoch)
        let status = Self.tree.run(words.split(separator: " ").map(String.init), &console)
        return (status, console.output, console.errors)
    }

    @Test func `commands are found by one or two words, and their status is the answer`() {
        #expect(run("thing show x") == (.success, "shown x\n", ""))
        #expect(run("thing list") == (.negative, "", ""))
    }

    @Test func `what is not understood is answered with what could be meant`() {
        #expect(run("").status == .usage)
        #expect(
            run("thing").errors.contains("thing needs one of these:\n  thing show  Show a thing"))
        #expect(run("thing shw x").status == .usage)
        #expect(run("thin").errors.contains("there is no command \"thin\""))
        #expect(run("thign show x").errors.contains("did you mean \"thing show\"?"))
        let refused = run("thing show --al x")
        #expect(refused.status == .usage)
        #expect(
            refused.errors == """
                tool thing show: there is no option --al; did you mean --all?
                usage: tool thing show NAME [COLOUR] [OPTION…]
                `tool thing show --help` says more

                """)
    }

    @Test func `help names every option, operand and choice within 80 columns`() {
        for words in ["help thing show", "thing show --help", "thing show x -h"] {
            let help = run(words)
            #expect(help.status == .success)
            for part in [
                "NAME", "COLOUR", "--config FILE", "-c,", "--state STATE", "open, parked",
                "May be repeated", "--json", "red, blue",
            ] {
                #expect(help.output.contains(part), "\(part) in \(help.output)")
            }
        }
        for line in Self.tree.help + CommandTree.cityrelay.help {
            #expect(line.count <= 80, "\(line)")
        }
        for command in CommandTree.cityrelay.commands {
            for line in CommandTree.cityrelay.help(of: command) {
                #expect(line.count <= 80, "\(line)")
            }
        }
        #expect(run("help").output.contains("exit status:\n  0  done"))
    }

    @Test(arguments: Completions.Shell.allCases)
    func `completions name every command, option and choice`(shell: Completions.Shell) {
        let script = Completions.script(shell, for: .cityrelay)
        for command in CommandTree.cityrelay.commands {
            for word in command.name.split(separator: " ") { #expect(script.contains(word)) }
            for option in command.allOptions {
                #expect(script.contains(shell == .fish ? "-l \(option.name)" : "--\(option.name)"))
                for choice in option.choices { #expect(script.contains(choice)) }
            }
        }
    }

    @Test(arguments: [
        (words: "cityrelay pa", expected: "packet"),
        (words: "cityrelay packet s", expected: "show"),
        (words: "cityrelay packet list --st", expected: "--state --store"),
        (words: "cityrelay packet list --state park", expected: "parked"),
        (words: "cityrelay completions f", expected: "fish"),
    ])
    func `bash completes what is begun`(words: String, expected: String) throws {
        let folder = try ScratchFolder()
        try folder.write(Array(Completions.script(.bash, for: .cityrelay).utf8), to: "script")
        let list = words.split(separator: " ").map { "'\($0)'" }.joined(separator: " ")
        let program = """
            set -u; cd '\(folder.path)'; source ./script; COMP_WORDS=(\(list) '')
            COMP_CWORD=$(( ${#COMP_WORDS[@]} - 2 )); _cityrelay
            echo "${COMPREPLY[@]}" > answer
            """
        #expect(try Spawn.run(["bash", "-c", program]) == 0)
        let answer = String(decoding: try folder.read("answer"), as: UTF8.self)
        #expect(answer == expected + "\n")
    }
}
