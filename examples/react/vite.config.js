import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  // The package finds its files by its own address, which the development server's cache changes.
  optimizeDeps: { exclude: ['guichet-checkout'] },
});
