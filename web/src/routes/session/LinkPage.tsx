import { Link, useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useLinkSignIn } from "@/data/session.ts";
import { useTexts } from "@/i18n/index.tsx";
import { useTitle } from "@/lib/hooks.ts";
import { Doorway } from "./Doorway.tsx";

/** `/link?token=…`, or `/link#…` so that the token stays out of server logs. */
export function LinkPage() {
  const texts = useTexts();
  const search = useSearch({ from: "/link" });
  const { hash } = useLocation();
  const navigate = useNavigate();
  const signIn = useLinkSignIn();
  const used = useRef(false);
  useTitle(`${texts.shell.signIn} · ${texts.common.product}`);

  const token = search.token ?? hash.replace(/^#?(token=)?/, "");
  useEffect(() => {
    // A one-time link must not be spent twice by React's double mount.
    if (used.current) return;
    used.current = true;
    signIn.mutate(token, { onSuccess: () => navigate({ to: "/tickets", replace: true }) });
  }, [signIn, token, navigate]);

  if (!signIn.isError) return <Doorway title={texts.shell.linkWorking} />;
  return (
    <Doorway title={texts.shell.linkFailed}>
      <p className="quiet">{texts.shell.linkFailedHint}</p>
      <p style={{ marginTop: 16 }}>
        <Link to="/sign-in" search={{}}>
          {texts.shell.linkUse}
        </Link>
      </p>
    </Doorway>
  );
}
