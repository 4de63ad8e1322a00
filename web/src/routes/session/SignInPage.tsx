import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { useState } from "react";
import { explain } from "@/api/errors.ts";
import { useSignIn } from "@/data/session.ts";
import { useLanguage, useTexts } from "@/i18n/index.tsx";
import { useTitle } from "@/lib/hooks.ts";
import styles from "./Doorway.module.css";
import { Doorway } from "./Doorway.tsx";

export function SignInPage() {
  const texts = useTexts();
  const language = useLanguage();
  const { next } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const router = useRouter();
  const signIn = useSignIn();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  useTitle(`${texts.shell.signIn} · ${texts.common.product}`);

  const go = () => {
    // The portal is a page of its own, outside this app's routes.
    if (next?.startsWith("/portal")) window.location.assign(next);
    else if (next) router.history.push(next);
    else void navigate({ to: "/tickets" });
  };
  const handleSubmit = (event: React.FormEvent) => {
    event.preventDefault();
    signIn.mutate({ login: login.trim(), password }, { onSuccess: go });
  };

  return (
    <Doorway title={texts.shell.signInTitle}>
      <form onSubmit={handleSubmit} className={styles.form}>
        {signIn.error && (
          <p role="alert" className={styles.refused}>
            {explain(signIn.error, language)}
          </p>
        )}
        <label className={styles.label} htmlFor="login">
          {texts.shell.login}
        </label>
        <Input
          id="login"
          size="large"
          value={login}
          onChange={(event) => setLogin(event.target.value)}
          autoComplete="username"
          autoFocus
          required
        />
        <label className={styles.label} htmlFor="password">
          {texts.shell.password}
        </label>
        <Input.Password
          id="password"
          size="large"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete="current-password"
          required
        />
        <Button
          type="primary"
          htmlType="submit"
          size="large"
          block
          loading={signIn.isPending}
          className={styles.submit}
        >
          {texts.shell.signIn}
        </Button>
        <p className="quiet small">{texts.shell.help}</p>
      </form>
    </Doorway>
  );
}
