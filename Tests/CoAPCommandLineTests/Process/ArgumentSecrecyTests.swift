// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAPCommandLine

@Suite("Keys among the arguments")
struct ArgumentSecrecyTests {
    @Test(
        "Where a key begins",
        arguments: [
            ("-k", 2), ("-kKEY", 2), ("-k=KEY", 3), ("-vk", 3), ("-vNkKEY", 4), ("--psk", 5), ("--psk=KEY", 6),
            ("--psk=", 6), ("-kk", 2), ("-kä", 2),
        ])
    func keyStart(argument: String, start: Int) {
        #expect(ArgumentSecrecy.keyStart(argument) == start)
    }

    @Test(
        "Arguments without a key",
        arguments: [
            "", "-", "--", "k", "-v", "-N", "-ek", "-uk", "-ok", "--keys", "--psk-file", "--psk-identity=a", "--kk",
        ])
    func noKey(argument: String) {
        #expect(ArgumentSecrecy.keyStart(argument) == nil)
    }

    @Test(
        "Every spelling becomes one",
        arguments: [
            (["-k", "a b"], ["--psk=a b"], 1, 0), (["-ka=b"], ["--psk=a=b"], 0, 2), (["-k=a"], ["--psk=a"], 0, 3),
            (["--psk", "-a"], ["--psk=-a"], 1, 0), (["--psk=a"], ["--psk=a"], 0, 6),
            (["-vNk", "a"], ["-vN", "--psk=a"], 1, 0), (["-vka"], ["-v", "--psk=a"], 0, 3),
            (["x", "-k", "--", "y"], ["x", "--psk=--", "y"], 2, 0),
        ])
    func plan(given: [String], arguments: [String], index: Int, start: Int) {
        let plan = ArgumentSecrecy.plan(given)
        #expect(plan.arguments == arguments)
        #expect(plan.keys.map(\.index) == [index] && plan.keys.map(\.start) == [start])
    }

    @Test("What has no key stays: behind --, and an option without its value")
    func noPlan() {
        for given in [[], ["get", "--", "-k", "a"], ["-v", "-k"], ["--psk"], ["-u", "k", "--keys", "k"]] {
            let plan = ArgumentSecrecy.plan(given)
            #expect(plan.arguments == given)
            #expect(plan.keys.isEmpty)
        }
    }
}
