import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { sessionQuery } from "@/data/session.ts";
import { ticketQuery } from "@/data/tickets.ts";
import { Failure, Skeleton } from "@/ui/states.tsx";
import { readDesignSearch, readInboxSearch, readQueueSearch, readStartSearch } from "./search.ts";
import { NotFound } from "./shell/NotFound.tsx";
import { Shell } from "./shell/Shell.tsx";

interface Context {
  client: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    // Only a path of our own may follow, never another site.
    typeof search.next === "string" && /^\/(?!\/)/.test(search.next) ? { next: search.next } : {},
  beforeLoad: ({ location }) => {
    // The server's one-time links carry their token behind `#`, where no log sees it.
    if (location.hash.startsWith("token=")) throw redirect({ to: "/link", hash: location.hash });
  },
  component: lazyRouteComponent(() => import("./session/SignInPage.tsx"), "SignInPage"),
});

const link = createRoute({
  getParentRoute: () => root,
  path: "/link",
  validateSearch: (search: Record<string, unknown>): { token?: string } =>
    typeof search.token === "string" ? { token: search.token } : {},
  component: lazyRouteComponent(() => import("./session/LinkPage.tsx"), "LinkPage"),
});

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: "/sign-in", search: { next: location.href } });
  },
  component: Shell,
});

const start = createRoute({
  getParentRoute: () => app,
  path: "/",
  validateSearch: readStartSearch,
  component: lazyRouteComponent(() => import("./start/StartPage.tsx"), "StartPage"),
});

const queue = createRoute({
  getParentRoute: () => app,
  path: "/tickets",
  validateSearch: readQueueSearch,
  component: lazyRouteComponent(() => import("./queue/QueuePage.tsx"), "QueuePage"),
});

const ticket = createRoute({
  getParentRoute: () => app,
  path: "/tickets/$number",
  loader: ({ context, params }) => void context.client.prefetchQuery(ticketQuery(params.number)),
  component: lazyRouteComponent(() => import("./ticket/TicketPage.tsx"), "TicketPage"),
});

const inbox = createRoute({
  getParentRoute: () => app,
  path: "/inbox",
  validateSearch: readInboxSearch,
  component: lazyRouteComponent(() => import("./inbox/InboxPage.tsx"), "InboxPage"),
});

const create = createRoute({
  getParentRoute: () => app,
  path: "/new",
  component: lazyRouteComponent(() => import("./create/ChooseTypePage.tsx"), "ChooseTypePage"),
});

const createTyped = createRoute({
  getParentRoute: () => app,
  path: "/new/$type",
  component: lazyRouteComponent(() => import("./create/NewTicketPage.tsx"), "NewTicketPage"),
});

const design = createRoute({
  getParentRoute: () => app,
  path: "/design",
  validateSearch: readDesignSearch,
  component: lazyRouteComponent(
    () => import("./design/DefinitionListPage.tsx"),
    "DefinitionListPage",
  ),
});

const definition = createRoute({
  getParentRoute: () => app,
  path: "/design/$kind/$key",
  validateSearch: readDesignSearch,
  component: lazyRouteComponent(() => import("./design/DefinitionPage.tsx"), "DefinitionPage"),
});

const tree = root.addChildren([
  signIn,
  link,
  app.addChildren([start, queue, ticket, inbox, create, createTyped, design, definition]),
]);

export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: "intent",
    defaultPendingMs: 150,
    defaultPendingComponent: () => <Skeleton lines={6} />,
    defaultErrorComponent: ({ error, reset }) => <Failure error={error} onRetry={reset} />,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
