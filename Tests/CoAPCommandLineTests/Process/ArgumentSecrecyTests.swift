// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("Keys among the arguments")
struct ArgumentSecrecyTests {
    @Test(
        "Every spelling becomes one",
        arguments: [
            (["-k", "a b"], ["--psk=a b"], 1, 0), (["-ka=b"], ["--psk=a=b"], 0, 2), (["-k=a"], ["--psk=a"], 0, 3),
            (["--psk", "-a"], ["--psk=-a"], 1, 0), (["--psk=a"], ["--psk=a"], 0, 6),
            (["-vNk", "a"], ["-vN", "--psk=a"], 1, 0), (["-vka"], ["-v", "--psk=a"], 0, 3),
            (["-kk"], ["--psk=k"], 0, 2),
            (["-kä"], ["--psk=ä"], 0, 2), (["x", "-k", "--", "y"], ["x", "--psk=--", "y"], 2, 0),
        ])
    func key(given: [String], arguments: [String], index: Int, start: Int) throws {
        let (normal, keys) = try ArgumentSecrecy.normalized(given)
        #expect(normal == arguments)
        #expect(keys == [.init(index: index, start: start)])
    }

    @Test(
        "What has no key stays",
        arguments: [
            [], ["get", "--", "-k", "a"], ["-u", "k", "--keys", "k"], ["-e", "-k", "-v"], ["-vNe", "-k", "-v"],
            ["--text", "--psk", "x"], ["keys", "add", "pump", "--psk", "--days", "3"],
            ["-", "k", "-v", "-N"], ["-ek", "-uk", "-ok", "--psk-file", "--psk-identity=a", "--kk"], ["--psk"],
        ])
    func noKey(given: [String]) throws {
        let (normal, keys) = try ArgumentSecrecy.normalized(given)
        #expect(normal == given)
        #expect(keys.isEmpty)
    }

    @Test("A key without its value is told in the long spelling")
    func missingValue() throws {
        let (normal, keys) = try ArgumentSecrecy.normalized(["-v", "-k"])
        #expect(normal == ["-v", "--psk"])
        #expect(keys.isEmpty)
    }

    @Test(
        "An empty key is refused: the next argument is not the key",
        arguments: [["-k", ""], ["-k="], ["--psk="], ["--psk", ""]])
    func emptyKey(spelling: [String]) {
        let error = #expect(throws: CoAPError.self) {
            try ArgumentSecrecy.normalized(spelling + ["-v", "coaps://h/x"])
        }
        #expect(error?.code == .invalidArgument && error?.message.hasPrefix("the key after -k is empty") == true)
    }
}
