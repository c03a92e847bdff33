// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("Router")
struct RouterTests {
    @Test("Every method reaches its own handler", arguments: Method.allCases)
    func methods(method: Method) async throws {
        let router = Router()
        for method in Method.allCases { router.on(method, "a/b") { request, _ in "\(request.method)" } }
        let answer = try await RouterTester(router).response(method, "a/b")
        #expect(answer.text == method.description)
    }

    @Test("What is written out goes before braces, and a dead end is left again")
    func precedence() async throws {
        let router = Router()
        router.get("a/fixed") { _, _ in "fixed" }
        router.get("a/{name}") { _, context in "name=\(context.parameters["name"])" }
        router.get("a/fixed/deep") { _, _ in "deep" }
        router.get("{any}/x") { _, context in "any=\(context.parameters["any"])" }
        router.get("files/{path*}") { _, context in "rest=\(context.parameters["path"])" }
        let tester = RouterTester(router)
        let cases = [
            ("a/fixed", "fixed"), ("a/other", "name=other"), ("a/fixed/deep", "deep"), ("a/x", "name=x"),
            ("b/x", "any=b"), ("files/1/2/3", "rest=1/2/3"), ("files/", "rest="), ("files", "rest="),
            ("a/sl%2Fash", "name=sl/ash"),
        ]
        for (path, expected) in cases {
            let answer = try await tester.response(.get, path)
            #expect(answer.text == expected, "\(path)")
        }
        for path in ["a", "a/fixed/deeper", "", "b", "a//"] {
            let answer = try await tester.response(.get, path)
            #expect(answer.code == .notFound, "\(path)")
        }
    }

    @Test("A path of more segments than any route has leads nowhere")
    func depth() async throws {
        let router = Router()
        router.get("{path*}") { _, _ in "anything" }
        let long = Array(repeating: "x", count: 200).joined(separator: "/")
        let answer = try await RouterTester(router).response(.get, long)
        #expect(answer.code == .notFound)
    }

    @Test("Errors of handlers become responses; what is not meant for the peer stays inside")
    func errors() async throws {
        struct Inner: Error {}
        let router = Router()
        router.get("refused") { _, _ -> Response in throw ResponseError(.forbidden, "not for you") }
        router.get("broken") { _, _ -> Response in throw Inner() }
        let tester = RouterTester(router)
        let refused = try await tester.response(.get, "refused")
        #expect(refused.code == .forbidden)
        #expect(refused.text == "not for you")
        #expect(refused.contentFormat == nil)
        let broken = try await tester.response(.get, "broken")
        #expect(broken.code == .internalServerError)
        #expect(broken.payload.isEmpty)
    }

    @Test("Accept and Content-Format are negotiated")
    func negotiation() async throws {
        let router = Router()
        router.get("text") { _, _ in "text" }
        router.put("text") { request, _ in
            let text: String = try request.decode()
            return Response(.changed, text: text)
        }
        let tester = RouterTester(router)
        #expect(try await tester.response(.get, "text", accept: .text).contentFormat == .text)
        let refused = try await tester.response(.get, "text", accept: .cbor)
        #expect(refused.code == .notAcceptable)
        #expect(refused.text == "offered here: text/plain; charset=utf-8")
        #expect(try await tester.response(.put, "text", contentFormat: .cbor).code == .unsupportedContentFormat)
        #expect(try await tester.response(.put, "text", payload: [0xFF, 0xFE]).code == .badRequest)
    }

    @Test("Conditions that cannot hold answer 4.12 before the handler runs, whatever the method (RFC 7252 §5.10.8)")
    func preconditions() async throws {
        let router = Router()
        router.get("led") { _, _ in "on" }
        router.put("led") { _, _ in Response(.changed) }
        router.put("own", preconditions: .checkedByHandler) { _, _ in Response(.changed) }
        let tester = RouterTester(router)
        for (method, good) in [(Method.put, Code.changed), (.get, .content)] {
            var request = try Request(method, "led")
            request.options.ifNoneMatch = true
            #expect(await tester.response(to: request).code == .preconditionFailed)
            request = try Request(method, "led")
            request.options.ifMatch = [[1, 2]]
            #expect(await tester.response(to: request).code == .preconditionFailed)
            request.options.ifMatch = [[]]
            #expect(await tester.response(to: request).code == good)
            // One that matches is enough.
            request.options.ifMatch = [[1, 2], []]
            #expect(await tester.response(to: request).code == good)
        }
        var request = try Request(.put, "own")
        request.options.ifMatch = [[1, 2]]
        #expect(await tester.response(to: request).code == .changed)
    }

    @Test("A path cannot be climbed, and a slash within a segment is told from one between two (RFC 7252 §5.10.1)")
    func segments() async throws {
        let router = Router()
        router.get("files/{path*}") { _, context in
            "\(context.parameters["path"]) \(context.parameters.segments(of: "path"))"
        }
        let tester = RouterTester(router)
        for (segments, expected) in [
            (["a", "b"], #"a/b ["a", "b"]"#), (["a/b"], #"a%2Fb ["a/b"]"#), (["a%2Fb"], #"a%252Fb ["a%2Fb"]"#),
            (["../../etc/passwd"], #"..%2F..%2Fetc%2Fpasswd ["../../etc/passwd"]"#), ([], " []"),
        ] {
            var request = Request(method: .get)
            request.options.uriPath = ["files"] + segments
            #expect(await tester.response(to: request).text == expected)
        }
        for segments in [["..", "..", "etc", "passwd"], [".", "a"], ["a", ".."]] {
            var request = Request(method: .get)
            request.options.uriPath = ["files"] + segments
            #expect(await tester.response(to: request).code == .badRequest)
        }
    }

    @Test("Middleware may ask for a segment that a route does not have")
    func optionalParameters() async throws {
        struct Names: Middleware {
            func handle(
                _ request: Request, context: RequestContext,
                next: @Sendable (Request, RequestContext) async throws -> Response
            ) async throws -> Response {
                guard let name = context.parameters.value(of: "name") else { throw ResponseError(.forbidden) }
                return Response(text: "\(name) \(context.parameters["name"])")
            }
        }
        let router = Router()
        router.add(Names())
        router.get("items/{name}") { _, _ in "" }
        router.get("other/{id}") { _, _ in "" }
        let tester = RouterTester(router)
        #expect(try await tester.response(.get, "items/1").text == "1 1")
        #expect(try await tester.response(.get, "other/1").code == .forbidden)
        #expect(try await tester.response(.get, "nowhere").code == .forbidden)
    }

    @Test("A name that the route does not have stops the program and says which there are")
    func misspelledParameter() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let router = Router()
            router.get("items/{name}") { _, context in context.parameters["nmae"] }
            _ = try await RouterTester(router).response(.get, "items/1")
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("the route has no segment {nmae}; it has {name}"))
    }

    @Test("A route that would be lost behind the list of resources stops the program")
    func discoveryIsTaken() async {
        await #expect(processExitsWith: .failure) { Router().get("/.well-known/core") { _, _ in "mine" } }
    }

    @Test("Middleware runs in order, around handlers and unknown paths alike")
    func middleware() async throws {
        struct Tag: Middleware {
            let name: String
            func handle(
                _ request: Request, context: RequestContext,
                next: @Sendable (Request, RequestContext) async throws -> Response
            ) async throws -> Response {
                if request.options.uriQuery.contains("stop=\(name)") { throw ResponseError(.forbidden, name) }
                var response = try await next(request, context)
                response.payload = Array("\(name)(".utf8) + response.payload + Array(")".utf8)
                return response
            }
        }
        let router = Router()
        router.add(Tag(name: "a"))
        router.add(Tag(name: "b"))
        router.get("x") { _, _ in "x" }
        let tester = RouterTester(router)
        #expect(try await tester.response(.get, "x").text == "a(b(x))")
        #expect(try await tester.response(.get, "x?stop=b").text == "b")
        #expect(try await tester.response(.get, "nowhere?stop=a").code == .forbidden)
        #expect(try await tester.response(.get, "nowhere").code == .notFound)
    }

    @Test(".well-known/core lists resources with joined attributes and filters them (RFC 6690 §4.1)")
    func discovery() async throws {
        let router = Router()
        router.get(
            "sensors/temp", attributes: .init(resourceType: "temperature", interface: "core.s", contentFormats: [.text])
        ) { _, _ in "1" }
        router.put("sensors/temp", attributes: .init(resourceType: "setpoint", contentFormats: [.json])) { _, _ in
            Response(.changed)
        }
        router.get("sensors/light", attributes: .init(resourceType: "light", title: "The \"bright\" one")) { _, _ in
            "2"
        }
        router.get("hidden", attributes: .init(isListed: false)) { _, _ in "3" }
        router.get("many/{name}") { _, _ in "4" }
        let tester = RouterTester(router)
        let all = try await tester.response(.get, ".well-known/core")
        #expect(all.contentFormat == .linkFormat)
        #expect(
            all.text
                == #"</sensors/temp>;rt="temperature setpoint";if="core.s";ct="0 50","#
                + #"</sensors/light>;rt="light";title="The \"bright\" one""#)
        for (query, count) in [
            ("rt=light", 1), ("rt=set*", 1), ("rt=nothing", 0), ("href=/sensors/*", 2), ("if=core.s", 1), ("ct=50", 1),
            ("rt=temperature&if=core.s", 1), ("rt=light&if=core.s", 0),
        ] {
            let answer = try await tester.response(.get, ".well-known/core?\(query)")
            #expect(answer.code == .content)
            let links = try LinkFormat(parsing: answer.payload).links
            #expect(links.count == count, "\(query)")
        }
        #expect(try await tester.response(.get, ".well-known/core", accept: .json).code == .notAcceptable)
        #expect(try await tester.response(.put, ".well-known/core").code == .methodNotAllowed)
    }

    @Test(".well-known/core escapes what a path holds and a link does not")
    func escapedTargets() async throws {
        let router = Router()
        router.get("a>b") { _, _ in "1" }
        router.get("%22x%20y%3F%2F") { _, _ in "2" }
        router.get("%7Ed") { _, _ in "3" }
        let tester = RouterTester(router)
        let list = try await tester.response(.get, ".well-known/core")
        #expect(list.text == "</a%3Eb>,</%22x%20y%3F%2F>,</~d>")
        for (index, link) in try LinkFormat(parsing: list.payload).links.enumerated() {
            #expect(try await tester.response(.get, link.target).text == "\(index + 1)")
        }
    }
}
