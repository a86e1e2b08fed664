// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The machine that the figures are of.
enum Hardware {
    static var lines: [String] {
        let processors = read("/proc/cpuinfo")
        let names = processors.filter { $0.hasPrefix("model name") }
        let model = names.first?.split(separator: ":").last.map { trim(String($0)) } ?? "unknown"
        let memory = read("/proc/meminfo").first.map(trim) ?? ""
        let kernel = read("/proc/sys/kernel/osrelease").first ?? ""
        let load = read("/proc/loadavg").first ?? ""
        return ["cpu \(model), \(names.count) cores; \(memory); Linux \(kernel); load \(load)"]
    }

    private static func read(_ path: String) -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func trim(_ text: String) -> String {
        text.split(separator: " ").joined(separator: " ")
    }
}
