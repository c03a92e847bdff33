// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// Takes keys out of the process list.
enum ArgumentSecrecy {
    /// One part of a command line, and which of its bytes are a key.
    struct Finding: Equatable {
        /// The argument's place on the command line.
        var index: Int
        /// Where in it the key begins, in bytes.
        var start: Int
    }

    /// Copies the arguments behind the program's name and wipes, in the memory that other processes see, the values of
    /// `-k` and `--psk` in all their spellings.
    ///
    /// - Returns: the arguments, every key spelled `--psk=KEY`.
    /// - Throws: `CoAPError` with code `invalidArgument` for an empty key.
    static func takeArguments() throws(CoAPError) -> [String] {
        var places: [UnsafeMutablePointer<CChar>] = []
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let bytes = CommandLine.unsafeArgv[index] else { break }
            places.append(bytes)
        }
        let (arguments, keys) = try normalized(places.map { String(cString: $0) })
        for key in keys { wipe(places[key.index], from: key.start) }
        return arguments
    }

    /// Spells every key `--psk=KEY`, which takes keys that begin with a dash too, and tells where the keys were.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for an empty key, as an unset variable gives one: the parser would take
    ///   the next argument for it, and show that.
    static func normalized(_ given: [String]) throws(CoAPError) -> (arguments: [String], keys: [Finding]) {
        var arguments: [String] = []
        var keys: [Finding] = []
        var index = 0
        while index < given.count {
            let argument = given[index]
            if argument == "--" {
                arguments += given[index...]
                break
            }
            if argument == "--psk", given.first == "keys" {
                // There it says which kind of credentials is meant, and has no value.
                arguments.append(argument)
                index += 1
                continue
            }
            if takesAnything(argument) {
                // What stands behind is a text, whatever it looks like.
                arguments += given[index...].prefix(2)
                index += 2
                continue
            }
            guard let (flags, key) = split(argument) else {
                arguments.append(argument)
                index += 1
                continue
            }
            if !flags.isEmpty { arguments.append("-\(flags)") }
            if (key ?? given.dropFirst(index + 1).first?[...])?.isEmpty == true {
                throw CoAPError(.invalidArgument, "the key after -k is empty; give the key, or --psk-file FILE")
            }
            if let key {
                keys.append(Finding(index: index, start: argument.utf8.count - key.utf8.count))
                arguments.append("--psk=\(key)")
            } else if index + 1 < given.count {
                index += 1
                keys.append(Finding(index: index, start: 0))
                arguments.append("--psk=\(given[index])")
            } else {
                arguments.append("--psk")
            }
            index += 1
        }
        return (arguments, keys)
    }

    /// True for the option whose value may be anything, `-k` included: `--text`, `-e`, also behind flags, `-ve`.
    private static func takesAnything(_ argument: String) -> Bool {
        if argument == "--text" { return true }
        guard argument.hasPrefix("-"), !argument.hasPrefix("--") else { return false }
        return argument.dropFirst().drop(while: isFlag) == "e"
    }

    private static func isFlag(_ letter: Character) -> Bool { "vNh".contains(letter) }

    /// The flags before a key and the key; nil in its place when it is the next argument; nil for any other argument.
    private static func split(_ argument: String) -> (flags: Substring, key: Substring?)? {
        if argument == "--psk" { return ("", nil) }
        if argument.hasPrefix("--psk=") { return ("", argument.dropFirst(6)) }
        // `-kKEY`, `-k=KEY`, and `-k` behind flags that stand together, `-vk`.
        guard argument.hasPrefix("-"), !argument.hasPrefix("--") else { return nil }
        let letters = argument.dropFirst()
        guard let position = letters.firstIndex(of: "k"), letters[..<position].allSatisfy(isFlag) else {
            return nil
        }
        let rest = letters[letters.index(after: position)...]
        if rest.isEmpty { return (letters[..<position], nil) }
        return (letters[..<position], rest.hasPrefix("=") ? rest.dropFirst() : rest)
    }

    private static func wipe(_ bytes: UnsafeMutablePointer<CChar>, from start: Int) {
        let length = strlen(bytes)
        for index in min(start, length)..<length { bytes[index] = CChar(UInt8(ascii: "x")) }
    }
}
